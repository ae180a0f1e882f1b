#compdef ppm
# Completes ppm in zsh. Printed by: ppm completions zsh
_ppm() {
  local -a answer shown
  local line name
  answer=("${(@f)$(command ppm __complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  case ${answer[1]-} in
    (:files)
      compset -P '--*='
      _files
      ;;
    (:directories)
      compset -P '--*='
      _files -/
      ;;
    (?*)
      for line in "${answer[@]}"; do
        name=${line%%$'\t'*}
        shown+=("${name//:/\\:}:${line#*$'\t'}")
      done
      _describe -V ppm shown
      ;;
  esac
}
if [[ ${funcstack[1]-} == _ppm ]]; then
  _ppm "$@"
else
  compdef _ppm ppm
fi
