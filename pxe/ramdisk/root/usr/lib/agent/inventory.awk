# Lines with tabs to the appliance's Inventory record (src/Provisioner.Domain/Machines/Inventory.cs).
# awk, not jq: jq takes a second to start on a slow machine, and this is in the way of everything else.
BEGIN { FS = "\t" }
function text(s) { s = substr(s, 1, 256); gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return "\"" s "\"" }
function number(s) { return s ~ /^[0-9]+$/ ? s : 0 }
function truth(s) { return s == "true" ? "true" : "false" }
$1 == "system" {
  system_part = "\"manufacturer\":" text($2) ",\"product\":" text($3) ",\"serial\":" text($4) ",\"uuid\":" text($5) \
    ",\"biosVendor\":" text($6) ",\"biosVersion\":" text($7) ",\"biosDate\":" text($8)
}
$1 == "firmware" { firmware = $2; secure = $3 == "" ? "null" : truth($3) }
$1 == "memory" { memory = number($2) }
$1 == "cpu" { cpu = "\"model\":" text($2) ",\"sockets\":" number($3) ",\"cores\":" number($4) ",\"threads\":" number($5) ",\"virtualisation\":" truth($6) }
$1 == "disk" {
  disks = disks (disks == "" ? "" : ",\n    ") "{\"name\":" text($2) ",\"path\":" text($3) ",\"sizeBytes\":" number($4) ",\"serial\":" text($5) \
    ",\"wwn\":" text($6) ",\"model\":" text($7) ",\"rotational\":" truth($8) ",\"hasData\":" truth($9) ",\"diskId\":" text($10) "}"
}
$1 == "nic" {
  order[++nics] = $2
  nic[$2] = "{\"name\":" text($2) ",\"mac\":" text($3) ",\"speedMbps\":" number($4) ",\"carrier\":" truth($5) ",\"driver\":" text($6) ",\"pci\":" text($7)
}
$1 == "neighbour" {
  neighbours[$2] = neighbours[$2] (neighbours[$2] == "" ? "" : ",") "{\"chassis\":" text($3) ",\"port\":" text($4) ",\"system\":" text($5) "}"
}
END {
  for (i = 1; i <= nics; i++) cards = cards (i == 1 ? "" : ",\n    ") nic[order[i]] ",\"neighbours\":[" neighbours[order[i]] "]}"
  printf "{\n  \"system\":{%s},\n  \"firmware\":%s,\n  \"secureBoot\":%s,\n  \"cpu\":{%s},\n  \"memoryBytes\":%s,\n  \"disks\":[\n    %s],\n  \"nics\":[\n    %s]\n}\n", \
    system_part, text(firmware), secure, cpu, memory, disks, cards
}
