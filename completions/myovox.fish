# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_myovox_global_optspecs
    string join \n h/help V/version
end

function __fish_myovox_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_myovox_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_myovox_using_subcommand
    set -l cmd (__fish_myovox_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c myovox -n "__fish_myovox_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c myovox -n "__fish_myovox_needs_command" -s V -l version -d 'Print version'
complete -c myovox -n "__fish_myovox_needs_command" -f -a "inspect" -d 'Say what recordings hold: kind, duration, rates, channels, markers, events'
complete -c myovox -n "__fish_myovox_needs_command" -f -a "analyze" -d 'Analyse recordings: contractions of muscles, features of voices'
complete -c myovox -n "__fish_myovox_needs_command" -f -a "convert" -d 'Convert recordings: C3D to C3D, CSV, TRC, MOT, STO, Arrow, Parquet; sound to WAV, CSV, Arrow, Parquet'
complete -c myovox -n "__fish_myovox_needs_command" -f -a "stream" -d 'Follow muscles live: samples on standard input, an event a line as soon as it is known (NDJSON)'
complete -c myovox -n "__fish_myovox_needs_command" -f -a "config" -d 'Print the default settings, or check a settings file'
complete -c myovox -n "__fish_myovox_needs_command" -f -a "schema" -d 'Print the JSON Schema of what is written or can be set'
complete -c myovox -n "__fish_myovox_needs_command" -f -a "compare" -d 'Read recordings with another reader too and print where they differ (in the Python package: pip install myovox)'
complete -c myovox -n "__fish_myovox_needs_command" -f -a "completions" -d 'Print a script that completes the arguments of this command in a shell'
complete -c myovox -n "__fish_myovox_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c myovox -n "__fish_myovox_using_subcommand inspect" -l name -d 'Name of the recording on standard input; without it, it has none' -r
complete -c myovox -n "__fish_myovox_using_subcommand inspect" -s o -l output -d 'Write the result to this file, whole or not at all; if every recording fails, an existing file stays as it is' -r -F
complete -c myovox -n "__fish_myovox_using_subcommand inspect" -l threads -d 'Recordings to work on at once; 0 is as many as there are processors. The result is the same for any number' -r
complete -c myovox -n "__fish_myovox_using_subcommand inspect" -l format -d 'Form of the result' -r -f -a "text\t''
json\t''
ndjson\t''"
complete -c myovox -n "__fish_myovox_using_subcommand inspect" -l config -d 'Settings file, TOML or JSON; what it does not name keeps its default (see: myovox config --defaults)' -r -F
complete -c myovox -n "__fish_myovox_using_subcommand inspect" -l set -d 'One setting, after those of --config; may be repeated: `--set emg.band.low_hz=30`' -r
complete -c myovox -n "__fish_myovox_using_subcommand inspect" -s h -l help -d 'Print help'
complete -c myovox -n "__fish_myovox_using_subcommand analyze" -l name -d 'Name of the recording on standard input; without it, it has none' -r
complete -c myovox -n "__fish_myovox_using_subcommand analyze" -s o -l output -d 'Write the result to this file, whole or not at all; if every recording fails, an existing file stays as it is' -r -F
complete -c myovox -n "__fish_myovox_using_subcommand analyze" -l threads -d 'Recordings to work on at once; 0 is as many as there are processors. The result is the same for any number' -r
complete -c myovox -n "__fish_myovox_using_subcommand analyze" -l format -d 'Form of the result: text to read at a glance; JSON of one recording is one report, of several an array of those that were done; NDJSON is one report a line; CSV is the table of --table; HTML is one page with plots, for a browser or paper [default: text, with --table csv]' -r -f -a "text\t''
json\t''
ndjson\t''
csv\t''
html\t''"
complete -c myovox -n "__fish_myovox_using_subcommand analyze" -l table -d 'Rows of the CSV [default: channels where a recording can hold muscles, else legs]' -r -f -a "contractions\t'One row per contraction'
channels\t'One row per muscle'
legs\t'One row per leg of a call'
segments\t'One row per stretch of speech'
warnings\t'One row per warning'"
complete -c myovox -n "__fish_myovox_using_subcommand analyze" -l channels -d 'Labels of the channels to analyse as muscles, instead of those found by label and unit (the setting emg.channels)' -r
complete -c myovox -n "__fish_myovox_using_subcommand analyze" -l session -d 'Session file, TOML or JSON: what a recording cannot know (sides, maximal contractions, targets, exertion, cuff pressure); it holds for every recording of the call (see: myovox schema session)' -r -F
complete -c myovox -n "__fish_myovox_using_subcommand analyze" -l config -d 'Settings file, TOML or JSON; what it does not name keeps its default (see: myovox config --defaults)' -r -F
complete -c myovox -n "__fish_myovox_using_subcommand analyze" -l set -d 'One setting, after those of --config; may be repeated: `--set emg.band.low_hz=30`' -r
complete -c myovox -n "__fish_myovox_using_subcommand analyze" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c myovox -n "__fish_myovox_using_subcommand convert" -l to -d 'Format [default: by the extension of OUT]' -r -f -a "csv\t'Comma-separated values'
trc\t'Marker positions for OpenSim and Cortex'
mot\t'OpenSim motion'
sto\t'OpenSim storage'
arrow\t'Arrow IPC file'
parquet\t'Apache Parquet'
c3d\t'Motion capture, as C3D'
wav\t'Sound, as WAV'"
complete -c myovox -n "__fish_myovox_using_subcommand convert" -l table -d 'Rows [default: points for trc; else analog where there are analog channels, points where there are none]' -r -f -a "points\t'One row per frame: positions of the markers'
analog\t'One row per sample: analog channels, or the channels of a sound'
events\t'One row per event'
platforms\t'One row per sample: analog channels of force platforms, as measured'
loads\t'One row per sample: what the ground does to the foot on each force platform (force in N, point of application in m, torque in Nm), by OpenSim\'s names. Below 10 N there is no point: blank; in MOT and STO the plate\'s centre and the moment about it, which is the same load'"
complete -c myovox -n "__fish_myovox_using_subcommand convert" -l storage -d 'Numbers of a C3D file [default: as the recording was read]' -r -f -a "integer\t'16-bit integers; values that were floats are rounded to their steps, which is said'
float\t'32-bit floats'"
complete -c myovox -n "__fish_myovox_using_subcommand convert" -l processor -d 'Processor whose number formats a C3D file has [default: as the recording was read]' -r -f -a "intel\t'Little-endian, IEEE 754'
dec\t'VAX'
mips\t'Big-endian, IEEE 754'"
complete -c myovox -n "__fish_myovox_using_subcommand convert" -l coding -d 'How a WAV file stores samples [default: the smallest that holds each of them as it was decoded]' -r -f -a "pcm8\t'Integers of 8 bits'
pcm16\t'Integers of 16 bits'
pcm24\t'Integers of 24 bits'
pcm32\t'Integers of 32 bits'
float32\t'Single precision'
float64\t'Double precision'"
complete -c myovox -n "__fish_myovox_using_subcommand convert" -l channels -d 'Labels of the channels or markers to write, instead of all; of the table loads, numbers of platforms' -r
complete -c myovox -n "__fish_myovox_using_subcommand convert" -l frames -d 'Frames A to B without B, counted from 0; of a sound, samples. Either may be left out: `100:`, `:200`' -r
complete -c myovox -n "__fish_myovox_using_subcommand convert" -l threads -d 'Recordings to work on at once; 0 is as many as there are processors' -r
complete -c myovox -n "__fish_myovox_using_subcommand convert" -l config -d 'Settings file, TOML or JSON; what it does not name keeps its default (see: myovox config --defaults)' -r -F
complete -c myovox -n "__fish_myovox_using_subcommand convert" -l set -d 'One setting, after those of --config; may be repeated: `--set emg.band.low_hz=30`' -r
complete -c myovox -n "__fish_myovox_using_subcommand convert" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c myovox -n "__fish_myovox_using_subcommand stream" -l raw -d 'Samples are binary numbers, those of one moment side by side' -r -f -a "f32le\t'Single precision'
f64le\t'Double precision'
i16le\t'Integers of 16 bits'"
complete -c myovox -n "__fish_myovox_using_subcommand stream" -l channels -d 'Channels side by side' -r
complete -c myovox -n "__fish_myovox_using_subcommand stream" -l rate -d 'Sampling rate in Hz' -r
complete -c myovox -n "__fish_myovox_using_subcommand stream" -l scale -d 'Multiply samples by this, as to get the unit of --mvc from the steps of a converter' -r
complete -c myovox -n "__fish_myovox_using_subcommand stream" -l mvc -d 'Envelope in a maximal contraction, for each channel, in the unit of scaled samples: contractions are told beside activations' -r
complete -c myovox -n "__fish_myovox_using_subcommand stream" -l config -d 'Settings file, TOML or JSON; what it does not name keeps its default (see: myovox config --defaults)' -r -F
complete -c myovox -n "__fish_myovox_using_subcommand stream" -l set -d 'One setting, after those of --config; may be repeated: `--set emg.band.low_hz=30`' -r
complete -c myovox -n "__fish_myovox_using_subcommand stream" -l csv -d 'Samples are text: a line for each moment, without a head, fields parted by commas; nan or an empty field is a missing sample, an empty line nothing'
complete -c myovox -n "__fish_myovox_using_subcommand stream" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c myovox -n "__fish_myovox_using_subcommand config" -l format -d 'Form of the defaults' -r -f -a "toml\t'A settings file to start from'
json\t'The same without the meanings'
table\t'Key, default and meaning side by side'"
complete -c myovox -n "__fish_myovox_using_subcommand config" -l check -d 'Check a settings file and list what it changes' -r -F
complete -c myovox -n "__fish_myovox_using_subcommand config" -l defaults -d 'Print every setting with its default and meaning'
complete -c myovox -n "__fish_myovox_using_subcommand config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c myovox -n "__fish_myovox_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c myovox -n "__fish_myovox_using_subcommand compare" -s h -l help -d 'Print help'
complete -c myovox -n "__fish_myovox_using_subcommand completions" -s h -l help -d 'Print help'
complete -c myovox -n "__fish_myovox_using_subcommand help; and not __fish_seen_subcommand_from inspect analyze convert stream config schema compare completions help" -f -a "inspect" -d 'Say what recordings hold: kind, duration, rates, channels, markers, events'
complete -c myovox -n "__fish_myovox_using_subcommand help; and not __fish_seen_subcommand_from inspect analyze convert stream config schema compare completions help" -f -a "analyze" -d 'Analyse recordings: contractions of muscles, features of voices'
complete -c myovox -n "__fish_myovox_using_subcommand help; and not __fish_seen_subcommand_from inspect analyze convert stream config schema compare completions help" -f -a "convert" -d 'Convert recordings: C3D to C3D, CSV, TRC, MOT, STO, Arrow, Parquet; sound to WAV, CSV, Arrow, Parquet'
complete -c myovox -n "__fish_myovox_using_subcommand help; and not __fish_seen_subcommand_from inspect analyze convert stream config schema compare completions help" -f -a "stream" -d 'Follow muscles live: samples on standard input, an event a line as soon as it is known (NDJSON)'
complete -c myovox -n "__fish_myovox_using_subcommand help; and not __fish_seen_subcommand_from inspect analyze convert stream config schema compare completions help" -f -a "config" -d 'Print the default settings, or check a settings file'
complete -c myovox -n "__fish_myovox_using_subcommand help; and not __fish_seen_subcommand_from inspect analyze convert stream config schema compare completions help" -f -a "schema" -d 'Print the JSON Schema of what is written or can be set'
complete -c myovox -n "__fish_myovox_using_subcommand help; and not __fish_seen_subcommand_from inspect analyze convert stream config schema compare completions help" -f -a "compare" -d 'Read recordings with another reader too and print where they differ (in the Python package: pip install myovox)'
complete -c myovox -n "__fish_myovox_using_subcommand help; and not __fish_seen_subcommand_from inspect analyze convert stream config schema compare completions help" -f -a "completions" -d 'Print a script that completes the arguments of this command in a shell'
complete -c myovox -n "__fish_myovox_using_subcommand help; and not __fish_seen_subcommand_from inspect analyze convert stream config schema compare completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
