# ini PATH MODE OWNER GROUP WHOLE SEPARATOR SET UNSET SECTION...
# SET and UNSET are INI text. A key of SET has exactly the values that stand there, in their order, where it stands; a new one goes to the
# end of its section, a new section to the end of the file. Lines that begin with a space belong to the line before them, as oslo.config
# and configparser have it. The keys of UNSET are taken out, the sections commented out line by line.
ini() {
  path=$1 mode=$2 owner=$3 group=$4 whole=$5 separator=$6 set=$7 unset=$8
  shift 8
  sections=
  for section; do sections="$sections$section
"; done
  [ ! -d "$path" ] || fail "$path is a directory"
  next=$(
    if [ "$whole" = true ] || [ ! -e "$path" ]; then :; else cat -- "$path"; fi |
      SET=$set UNSET=$unset SECTIONS=$sections SEPARATOR=$separator awk "$ini_awk" || exit
    printf x
  )
  if [ -e "$path" ]; then
    # shellcheck disable=SC2046 # three words
    set -- $(stat -L -c '%a %U %G' "$path")
  else
    set -- 644 root root
  fi
  file "$path" "${mode:-$1}" "${owner:-$2}" "${group:-${owner:-$3}}" "${next%x}"
}

ini_awk='
  function trim(s) { sub(/^[ \t]+/, "", s); sub(/[ \t]+$/, "", s); return s }
  # A line of INI text into key and value; a key may stand alone.
  function split_line(s,   at) {
    at = match(s, /[=:]/)
    if (at) { key = trim(substr(s, 1, at - 1)); value = trim(substr(s, at + 1)); alone = 0 }
    else { key = trim(s); value = ""; alone = 1 }
  }
  function section_of(s) { s = trim(s); sub(/^\[/, "", s); sub(/\].*$/, "", s); return s }
  function text(k, i) { return k_alone[k, i] ? k_name[k] : k_name[k] separator k_value[k, i] }
  function put_missing(s,   i, j, k) {
    for (i = 1; i <= keys; i++) {
      k = k_id[i]
      if (k_section[k] == s && !put[k]) { for (j = 1; j <= k_count[k]; j++) out[++outs] = text(k, j); put[k] = 1 }
    }
  }
  # What is missing in a section stands after its last line that is not empty.
  function end_section(   held) {
    if (seen_last[section] != sections_seen) return
    held = 0
    while (outs > 0 && out[outs] ~ /^[ \t]*$/) { held++; outs-- }
    put_missing(section)
    while (held-- > 0) out[++outs] = ""
  }
  BEGIN {
    separator = ENVIRON["SEPARATOR"]
    n = split(ENVIRON["SET"], lines, "\n"); section = ""
    for (i = 1; i <= n; i++) {
      s = lines[i]
      if (s ~ /^[ \t]*$/ || s ~ /^[ \t]*[#;]/) continue
      if (s ~ /^\[.*\]/) { section = section_of(s); if (!(section in wanted)) { wanted[section] = 1; order[++orders] = section } continue }
      if (!(section in wanted)) { wanted[section] = 1; order[++orders] = section }
      split_line(s); k = section SUBSEP key
      if (!(k in k_count)) { k_id[++keys] = k; k_section[k] = section; k_name[k] = key }
      k_count[k]++; k_value[k, k_count[k]] = value; k_alone[k, k_count[k]] = alone
    }
    n = split(ENVIRON["UNSET"], lines, "\n"); section = ""
    for (i = 1; i <= n; i++) {
      if (lines[i] ~ /^\[.*\]/) { section = section_of(lines[i]); continue }
      if (lines[i] ~ /^[ \t]*$/) continue
      split_line(lines[i]); gone[section, key] = 1
    }
    n = split(ENVIRON["SECTIONS"], lines, "\n")
    for (i = 1; i <= n; i++) if (lines[i] != "") commented[lines[i]] = 1
  }
  { all[NR] = $0 }
  END {
    # First look: what stands there now, and which sections are the last of their name.
    section = ""; sections_seen = 0; last = ""
    for (i = 1; i <= NR; i++) {
      s = all[i]
      if (s ~ /^\[.*\]/) { section = section_of(s); seen_last[section] = ++sections_seen; last = ""; continue }
      if (s ~ /^[ \t]*$/ || s ~ /^[ \t]*[#;]/) { last = ""; continue }
      if (s ~ /^[ \t]/ && last != "") { if (last in k_count) same[last] = -1; continue }
      split_line(s); k = section SUBSEP key; last = k
      if (k in k_count && same[k] >= 0) {
        found[k]++
        if (found[k] <= k_count[k] && value == k_value[k, found[k]] && alone == k_alone[k, found[k]]) same[k]++; else same[k] = -1
      }
    }
    for (k in found) keeps[k] = same[k] == found[k] && found[k] == k_count[k]
    if (!("" in seen_last)) seen_last[""] = 0
    # Second: the file as it is to be.
    section = ""; sections_seen = 0; last = ""
    for (i = 1; i <= NR; i++) {
      s = all[i]
      if (s ~ /^\[.*\]/) { end_section(); section = section_of(s); ++sections_seen; last = ""; out[++outs] = s; continue }
      if (s ~ /^[ \t]*$/ || s ~ /^[ \t]*[#;]/) { last = ""; out[++outs] = s; continue }
      if (s ~ /^[ \t]/ && last != "") { if (last == "drop") continue; out[++outs] = (section in commented ? "#" : "") s; continue }
      split_line(s); k = section SUBSEP key; last = k
      if (k in k_count) {
        if (keeps[k]) { out[++outs] = s; put[k] = 1; continue }
        if (!put[k]) { for (j = 1; j <= k_count[k]; j++) out[++outs] = text(k, j); put[k] = 1 }
        last = "drop"
      }
      else if (k in gone) last = "drop"
      else out[++outs] = (section in commented ? "#" : "") s
    }
    end_section()
    for (i = 1; i <= orders; i++) {
      missing = 0
      if (order[i] in seen_last) continue
      if (outs > 0 && out[outs] != "") out[++outs] = ""
      if (order[i] != "") out[++outs] = "[" order[i] "]"
      put_missing(order[i])
    }
    for (i = 1; i <= outs; i++) print out[i]
  }
'
