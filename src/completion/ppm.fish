# Completes ppm in fish. Printed by: ppm completions fish
function __ppm_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l answer (command ppm __complete -- $words[2..] "$typed" 2>/dev/null)
    set -l lead (string match -r -- '^--[^=]*=' "$typed")
    set -l path (string replace -r -- '^--[^=]*=' '' "$typed")
    switch "$answer[1]"
        case :files
            for each in (__fish_complete_path "$path")
                echo "$lead$each"
            end
        case :directories
            for each in (__fish_complete_directories "$path" '')
                echo "$lead$each"
            end
        case '*'
            test -n "$answer[1]"; and printf '%s\n' $answer
    end
end
complete -c ppm -f -k -a '(__ppm_complete)'
