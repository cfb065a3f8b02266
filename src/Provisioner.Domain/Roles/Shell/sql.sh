# sql_database NAME USER PASSWORD CHARSET HOST...: MariaDB or MySQL on this machine, whose root is let in by its socket.
sql_database() {
  database=$1 user=$2 charset=$4
  password=$(printf '%s' "$3" | sed "s/\\\\/\\\\\\\\/g; s/'/\\\\'/g")
  shift 4
  if ! sql_answers; then
    [ -z "$CHECK" ] || { change "database $database: made, once its server runs" || return 0; }
    tries=60
    until sql_answers; do
      tries=$((tries - 1))
      [ "$tries" -gt 0 ] || fail 'the database server on this machine does not answer its root'
      sleep 1
    done
  fi
  if [ -z "$(sql "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '$database'")" ]; then
    if change "database $database: made"; then sql "CREATE DATABASE \`$database\` CHARACTER SET $charset"; fi
  fi
  for host; do
    good=$(sql "SELECT 1 FROM mysql.user u JOIN mysql.db d USING (User, Host) WHERE u.User = '$user' AND u.Host = '$host' AND d.Db = '$database'
      AND d.Select_priv = 'Y' AND d.Drop_priv = 'Y' AND d.Trigger_priv = 'Y' AND PASSWORD('$password') IN (u.Password, u.authentication_string)")
    [ -z "$good" ] || continue
    change "database $database: $user@$host may use it" || continue
    sql "GRANT ALL PRIVILEGES ON \`$database\`.* TO '$user'@'$host' IDENTIFIED BY '$password'"
  done
}
sql() { printf '%s;\n' "$1" | mysql --user=root --batch --skip-column-names 3>&-; }
sql_answers() { command -v mysql >/dev/null && sql 'SELECT 1' >/dev/null 2>&1; }
