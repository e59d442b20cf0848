# Completion of winodnn for bash.

_winodnn() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} word
    local commands='run doctor status calibrate report bench' options=

    # Behind the first -- everything is another program's.
    for ((word = 1; word < COMP_CWORD; ++word)); do
        if [[ ${COMP_WORDS[word]} == -- ]]; then
            if ((word + 1 == COMP_CWORD)); then
                mapfile -t COMPREPLY < <(compgen -c -- "$current")
            else
                compopt -o default
            fi
            return
        fi
    done
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$current")
        return
    fi
    case $previous in
        --calibrated | --tune | --output | -o | --layers | --onednn)
            compopt -o default
            return
            ;;
        --target | --rounds | --threads | --seconds) return ;;
        --scales) options='max percentile mse global' ;;
        --format) options='text json html svg' ;;
        --isa) options='avx2 avx2_vnni avx512_core avx512_core_vnni' ;;
    esac
    if [[ -z $options ]]; then
        case ${COMP_WORDS[1]} in
            run) options='--calibrated --target --tune --verbose --help --' ;;
            doctor) options='--json --help --' ;;
            status) options='--help --' ;;
            calibrate) options='--output --scales --help --' ;;
            report) options='--run --rounds --target --onednn --format --output --help --' ;;
            bench) options='--layers --isa --threads --seconds --onednn --json --help' ;;
        esac
        [[ ${COMP_WORDS[1]} == report && $current != -* ]] && compopt -o default
    fi
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
}

complete -F _winodnn winodnn
