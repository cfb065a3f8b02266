# Lines with tabs to the appliance's Inventory record (src/Provisioner.Domain/Machines/Inventory.cs).
[inputs | split("\t")] as $facts
| def of($kind): $facts[] | select(.[0] == $kind);
  def text: (. // "")[:256];
  def number: (. // "0" | tonumber? // 0);
  first(of("system")) as $s | first(of("cpu")) as $c
| {
    system: {manufacturer: $s[1]|text, product: $s[2]|text, serial: $s[3]|text, uuid: $s[4]|text,
             biosVendor: $s[5]|text, biosVersion: $s[6]|text, biosDate: $s[7]|text},
    firmware: first(of("firmware"))[1],
    cpu: {model: $c[1]|text, sockets: $c[2]|number, cores: $c[3]|number, threads: $c[4]|number, virtualisation: ($c[5] == "true")},
    memoryBytes: first(of("memory"))[1]|number,
    disks: [of("disk") | {name: .[1], path: .[2], sizeBytes: .[3]|number, serial: .[4]|text, wwn: .[5]|text, model: .[6]|text,
                          rotational: (.[7] == "true"), hasData: (.[8] == "true"), diskId: .[9]|text}],
    nics: [of("nic") | .[1] as $name | {name: $name, mac: .[2], speedMbps: .[3]|number, carrier: (.[4] == "true"), driver: .[5]|text, pci: .[6]|text,
                          neighbours: [of("neighbour") | select(.[1] == $name) | {chassis: .[2]|text, port: .[3]|text, system: .[4]|text}]}]
  }
