
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'myovox' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'myovox'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'myovox' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Say what recordings hold: kind, duration, rates, channels, markers, events')
            [CompletionResult]::new('analyze', 'analyze', [CompletionResultType]::ParameterValue, 'Analyse recordings: contractions of muscles, features of voices')
            [CompletionResult]::new('convert', 'convert', [CompletionResultType]::ParameterValue, 'Convert recordings: C3D to C3D, CSV, TRC, MOT, STO, Arrow, Parquet; sound to WAV, CSV, Arrow, Parquet')
            [CompletionResult]::new('stream', 'stream', [CompletionResultType]::ParameterValue, 'Follow muscles live: samples on standard input, an event a line as soon as it is known (NDJSON)')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Print the default settings, or check a settings file')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of what is written or can be set')
            [CompletionResult]::new('compare', 'compare', [CompletionResultType]::ParameterValue, 'Read recordings with another reader too and print where they differ (in the Python package: pip install myovox)')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a script that completes the arguments of this command in a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'myovox;inspect' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Name of the recording on standard input; without it, it has none')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the result to this file, whole or not at all; if every recording fails, an existing file stays as it is')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the result to this file, whole or not at all; if every recording fails, an existing file stays as it is')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Recordings to work on at once; 0 is as many as there are processors. The result is the same for any number')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the result')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings file, TOML or JSON; what it does not name keeps its default (see: myovox config --defaults)')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'One setting, after those of --config; may be repeated: `--set emg.band.low_hz=30`')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'myovox;analyze' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Name of the recording on standard input; without it, it has none')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the result to this file, whole or not at all; if every recording fails, an existing file stays as it is')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the result to this file, whole or not at all; if every recording fails, an existing file stays as it is')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Recordings to work on at once; 0 is as many as there are processors. The result is the same for any number')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the result: text to read at a glance; JSON of one recording is one report, of several an array of those that were done; NDJSON is one report a line; CSV is the table of --table; HTML is one page with plots, for a browser or paper [default: text, with --table csv]')
            [CompletionResult]::new('--table', '--table', [CompletionResultType]::ParameterName, 'Rows of the CSV [default: channels where a recording can hold muscles, else legs]')
            [CompletionResult]::new('--channels', '--channels', [CompletionResultType]::ParameterName, 'Labels of the channels to analyse as muscles, instead of those found by label and unit (the setting emg.channels)')
            [CompletionResult]::new('--session', '--session', [CompletionResultType]::ParameterName, 'Session file, TOML or JSON: what a recording cannot know (sides, maximal contractions, targets, exertion, cuff pressure); it holds for every recording of the call (see: myovox schema session)')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings file, TOML or JSON; what it does not name keeps its default (see: myovox config --defaults)')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'One setting, after those of --config; may be repeated: `--set emg.band.low_hz=30`')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'myovox;convert' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Format [default: by the extension of OUT]')
            [CompletionResult]::new('--table', '--table', [CompletionResultType]::ParameterName, 'Rows [default: points for trc; else analog where there are analog channels, points where there are none]')
            [CompletionResult]::new('--storage', '--storage', [CompletionResultType]::ParameterName, 'Numbers of a C3D file [default: as the recording was read]')
            [CompletionResult]::new('--processor', '--processor', [CompletionResultType]::ParameterName, 'Processor whose number formats a C3D file has [default: as the recording was read]')
            [CompletionResult]::new('--coding', '--coding', [CompletionResultType]::ParameterName, 'How a WAV file stores samples [default: the smallest that holds each of them as it was decoded]')
            [CompletionResult]::new('--channels', '--channels', [CompletionResultType]::ParameterName, 'Labels of the channels or markers to write, instead of all; of the table loads, numbers of platforms')
            [CompletionResult]::new('--frames', '--frames', [CompletionResultType]::ParameterName, 'Frames A to B without B, counted from 0; of a sound, samples. Either may be left out: `100:`, `:200`')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Recordings to work on at once; 0 is as many as there are processors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings file, TOML or JSON; what it does not name keeps its default (see: myovox config --defaults)')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'One setting, after those of --config; may be repeated: `--set emg.band.low_hz=30`')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'myovox;stream' {
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Samples are binary numbers, those of one moment side by side')
            [CompletionResult]::new('--channels', '--channels', [CompletionResultType]::ParameterName, 'Channels side by side')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'Sampling rate in Hz')
            [CompletionResult]::new('--scale', '--scale', [CompletionResultType]::ParameterName, 'Multiply samples by this, as to get the unit of --mvc from the steps of a converter')
            [CompletionResult]::new('--mvc', '--mvc', [CompletionResultType]::ParameterName, 'Envelope in a maximal contraction, for each channel, in the unit of scaled samples: contractions are told beside activations')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings file, TOML or JSON; what it does not name keeps its default (see: myovox config --defaults)')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'One setting, after those of --config; may be repeated: `--set emg.band.low_hz=30`')
            [CompletionResult]::new('--csv', '--csv', [CompletionResultType]::ParameterName, 'Samples are text: a line for each moment, without a head, fields parted by commas; nan or an empty field is a missing sample, an empty line nothing')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'myovox;config' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the defaults')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Check a settings file and list what it changes')
            [CompletionResult]::new('--defaults', '--defaults', [CompletionResultType]::ParameterName, 'Print every setting with its default and meaning')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'myovox;schema' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'myovox;compare' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'myovox;completions' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'myovox;help' {
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Say what recordings hold: kind, duration, rates, channels, markers, events')
            [CompletionResult]::new('analyze', 'analyze', [CompletionResultType]::ParameterValue, 'Analyse recordings: contractions of muscles, features of voices')
            [CompletionResult]::new('convert', 'convert', [CompletionResultType]::ParameterValue, 'Convert recordings: C3D to C3D, CSV, TRC, MOT, STO, Arrow, Parquet; sound to WAV, CSV, Arrow, Parquet')
            [CompletionResult]::new('stream', 'stream', [CompletionResultType]::ParameterValue, 'Follow muscles live: samples on standard input, an event a line as soon as it is known (NDJSON)')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Print the default settings, or check a settings file')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of what is written or can be set')
            [CompletionResult]::new('compare', 'compare', [CompletionResultType]::ParameterValue, 'Read recordings with another reader too and print where they differ (in the Python package: pip install myovox)')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a script that completes the arguments of this command in a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'myovox;help;inspect' {
            break
        }
        'myovox;help;analyze' {
            break
        }
        'myovox;help;convert' {
            break
        }
        'myovox;help;stream' {
            break
        }
        'myovox;help;config' {
            break
        }
        'myovox;help;schema' {
            break
        }
        'myovox;help;compare' {
            break
        }
        'myovox;help;completions' {
            break
        }
        'myovox;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
