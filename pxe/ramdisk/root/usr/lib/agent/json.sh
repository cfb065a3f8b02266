# The little JSON that the agent needs all the time. jq, which takes a second to start on a slow machine, is for the order to install.

# json_text TEXT: a JSON string. Controls become blanks and what isn't ASCII a question mark, so that any tool's output can be quoted.
json_text() { printf '"'; printf '%s' "$1" | tr '\000-\037\177' ' ' | LC_ALL=C tr '\200-\377' '?' | sed 's/\\/\\\\/g; s/"/\\"/g' | cut -c1-1900 | tr -d '\n'; printf '"'; }

# json_value NAME FILE: a plain value of the object's own first level, before any nested one.
json_value() { tr -d '\n' <"$2" | sed -n "s/^[^{]*{\([^{]*\).*/\1/; s/.*\"$1\" *: *\"\{0,1\}\([^\",}]*\).*/\1/p"; }
