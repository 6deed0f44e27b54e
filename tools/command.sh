# SPDX-License-Identifier: BSD-3-Clause
#
# For the shell scripts of this folder, which source it first. The comment at the head of a script
# is its help.
#
#   command_takes "WORDS..." "$@"     WORDS: the options that it has itself, or "any"

command_help() {
    sed -n '/^[^#]/q; 4,$s/^# \{0,1\}//p' "$0"
}

command_error() {
    echo "tools/${0##*/}: $* (tools/${0##*/} --help tells more)" >&2
    exit 2
}

# Answers --help, and refuses options that are unknown; all words before "--" are looked at.
command_takes() {
    command_options=$1
    shift
    for command_word in "$@"; do
        case $command_word in
        --) break ;;
        --help | -h)
            command_help
            exit 0 ;;
        -*)
            case " $command_options " in
            *" any "* | *" $command_word "*) ;;
            *) command_error "there is no option $command_word" ;;
            esac ;;
        esac
    done
}
