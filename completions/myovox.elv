
use builtin;
use str;

set edit:completion:arg-completer[myovox] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'myovox'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'myovox'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand inspect 'Say what recordings hold: kind, duration, rates, channels, markers, events'
            cand analyze 'Analyse recordings: contractions of muscles, features of voices'
            cand convert 'Convert recordings: C3D to C3D, CSV, TRC, MOT, STO, Arrow, Parquet; sound to WAV, CSV, Arrow, Parquet'
            cand stream 'Follow muscles live: samples on standard input, an event a line as soon as it is known (NDJSON)'
            cand config 'Print the default settings, or check a settings file'
            cand schema 'Print the JSON Schema of what is written or can be set'
            cand compare 'Read recordings with another reader too and print where they differ (in the Python package: pip install myovox)'
            cand completions 'Print a script that completes the arguments of this command in a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'myovox;inspect'= {
            cand --name 'Name of the recording on standard input; without it, it has none'
            cand -o 'Write the result to this file, whole or not at all; if every recording fails, an existing file stays as it is'
            cand --output 'Write the result to this file, whole or not at all; if every recording fails, an existing file stays as it is'
            cand --threads 'Recordings to work on at once; 0 is as many as there are processors. The result is the same for any number'
            cand --format 'Form of the result'
            cand --config 'Settings file, TOML or JSON; what it does not name keeps its default (see: myovox config --defaults)'
            cand --set 'One setting, after those of --config; may be repeated: `--set emg.band.low_hz=30`'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'myovox;analyze'= {
            cand --name 'Name of the recording on standard input; without it, it has none'
            cand -o 'Write the result to this file, whole or not at all; if every recording fails, an existing file stays as it is'
            cand --output 'Write the result to this file, whole or not at all; if every recording fails, an existing file stays as it is'
            cand --threads 'Recordings to work on at once; 0 is as many as there are processors. The result is the same for any number'
            cand --format 'Form of the result: text to read at a glance; JSON of one recording is one report, of several an array of those that were done; NDJSON is one report a line; CSV is the table of --table; HTML is one page with plots, for a browser or paper [default: text, with --table csv]'
            cand --table 'Rows of the CSV [default: channels where a recording can hold muscles, else legs]'
            cand --channels 'Labels of the channels to analyse as muscles, instead of those found by label and unit (the setting emg.channels)'
            cand --session 'Session file, TOML or JSON: what a recording cannot know (sides, maximal contractions, targets, exertion, cuff pressure); it holds for every recording of the call (see: myovox schema session)'
            cand --config 'Settings file, TOML or JSON; what it does not name keeps its default (see: myovox config --defaults)'
            cand --set 'One setting, after those of --config; may be repeated: `--set emg.band.low_hz=30`'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'myovox;convert'= {
            cand --to 'Format [default: by the extension of OUT]'
            cand --table 'Rows [default: points for trc; else analog where there are analog channels, points where there are none]'
            cand --storage 'Numbers of a C3D file [default: as the recording was read]'
            cand --processor 'Processor whose number formats a C3D file has [default: as the recording was read]'
            cand --coding 'How a WAV file stores samples [default: the smallest that holds each of them as it was decoded]'
            cand --channels 'Labels of the channels or markers to write, instead of all; of the table loads, numbers of platforms'
            cand --frames 'Frames A to B without B, counted from 0; of a sound, samples. Either may be left out: `100:`, `:200`'
            cand --threads 'Recordings to work on at once; 0 is as many as there are processors'
            cand --config 'Settings file, TOML or JSON; what it does not name keeps its default (see: myovox config --defaults)'
            cand --set 'One setting, after those of --config; may be repeated: `--set emg.band.low_hz=30`'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'myovox;stream'= {
            cand --raw 'Samples are binary numbers, those of one moment side by side'
            cand --channels 'Channels side by side'
            cand --rate 'Sampling rate in Hz'
            cand --scale 'Multiply samples by this, as to get the unit of --mvc from the steps of a converter'
            cand --mvc 'Envelope in a maximal contraction, for each channel, in the unit of scaled samples: contractions are told beside activations'
            cand --config 'Settings file, TOML or JSON; what it does not name keeps its default (see: myovox config --defaults)'
            cand --set 'One setting, after those of --config; may be repeated: `--set emg.band.low_hz=30`'
            cand --csv 'Samples are text: a line for each moment, without a head, fields parted by commas; nan or an empty field is a missing sample, an empty line nothing'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'myovox;config'= {
            cand --format 'Form of the defaults'
            cand --check 'Check a settings file and list what it changes'
            cand --defaults 'Print every setting with its default and meaning'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'myovox;schema'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'myovox;compare'= {
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'myovox;completions'= {
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'myovox;help'= {
            cand inspect 'Say what recordings hold: kind, duration, rates, channels, markers, events'
            cand analyze 'Analyse recordings: contractions of muscles, features of voices'
            cand convert 'Convert recordings: C3D to C3D, CSV, TRC, MOT, STO, Arrow, Parquet; sound to WAV, CSV, Arrow, Parquet'
            cand stream 'Follow muscles live: samples on standard input, an event a line as soon as it is known (NDJSON)'
            cand config 'Print the default settings, or check a settings file'
            cand schema 'Print the JSON Schema of what is written or can be set'
            cand compare 'Read recordings with another reader too and print where they differ (in the Python package: pip install myovox)'
            cand completions 'Print a script that completes the arguments of this command in a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'myovox;help;inspect'= {
        }
        &'myovox;help;analyze'= {
        }
        &'myovox;help;convert'= {
        }
        &'myovox;help;stream'= {
        }
        &'myovox;help;config'= {
        }
        &'myovox;help;schema'= {
        }
        &'myovox;help;compare'= {
        }
        &'myovox;help;completions'= {
        }
        &'myovox;help;help'= {
        }
    ]
    $completions[$command]
}
