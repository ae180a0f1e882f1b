# Completes ppm in bash 4.4 and newer. Printed by: ppm completions bash
_ppm() {
  local rest=${COMP_LINE:0:COMP_POINT} words=() piece= glued= answer=() i

  # bash also takes words apart at = : and @ (COMP_WORDBREAKS). What no blank parts belongs together; `glued` is
  # what of the last word bash keeps by itself.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if [[ $i == 0 || $rest == [[:blank:]]* ]]; then
      words+=('')
      glued=
    else
      glued+=$piece
    fi
    rest=${rest#"${rest%%[![:blank:]]*}"}
    piece=${COMP_WORDS[i]}
    if ((i == COMP_CWORD)); then piece=$rest; fi
    rest=${rest#"$piece"}
    words[-1]+=$piece
  done
  if [[ $piece == [=:@]* ]]; then glued+=${piece%%[!=:@]*}; fi

  mapfile -t answer < <(command ppm __complete -- "${words[@]:1}" 2>/dev/null)
  local typed=${words[-1]} kind= lead=
  case ${answer[0]-} in
    :files) kind=file ;;
    :directories) kind=directory ;;
  esac
  if [[ $kind ]]; then
    if [[ $typed == --*=* ]]; then lead=${typed%%=*}=; fi
    compopt -o filenames
    mapfile -t answer < <(compgen -A "$kind" -- "${typed#"$lead"}")
    answer=("${answer[@]/#/"$lead"}")
  fi

  # What each is can only be shown where nothing is inserted: COMP_TYPE says that bash lists the candidates.
  local tab=$'\t' wide=0 line name
  COMPREPLY=()
  for line in "${answer[@]}"; do
    name=${line%%"$tab"*}
    name=${name#"$glued"}
    COMPREPLY+=("$name")
    if ((${#name} > wide)); then wide=${#name}; fi
  done
  if [[ $kind || ${#answer[@]} -lt 2 || $COMP_TYPE != @(33|63|64) ]]; then return; fi
  for i in "${!answer[@]}"; do
    line=${answer[i]#*"$tab"}
    if [[ $line ]]; then
      printf -v line '%-*s  (%s)' "$wide" "${COMPREPLY[i]}" "$line"
      COMPREPLY[i]=${line:0:${COLUMNS:-80}-1}
    fi
  done
}
complete -o nosort -F _ppm ppm
