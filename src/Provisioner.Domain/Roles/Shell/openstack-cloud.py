    # Network.
    def net(self, path):
        base = self.endpoint("network")
        return (base if base.endswith("/v2.0") else base + "/v2.0") + path

    def net_find(self, what, name, **query):
        return named(self.list(self.net("/%ss" % what), what.replace("-", "_") + "s", name=name, **query), name)

    def net_need(self, what, name):
        found = self.net_find(what, name)
        if not found and not CHECK:
            raise Problem("there is no %s %s" % (what, name))
        return found and found["id"]

    def openstack_network(self, i):
        found = self.net_find("network", i["name"])
        body = {"name": i["name"], "shared": i["shared"], "router:external": i["external"], "tenant_id": self.project_of(i)}
        for key, value in (("provider:network_type", i["network-type"]), ("provider:physical_network", i["physical-network"])):
            if value:
                body[key] = value
        for key, value in (("provider:segmentation_id", i["segmentation-id"]), ("mtu", i["mtu"])):
            if value:
                body[key] = int(value)
        if not found:
            if not change("network %s: made" % i["name"]):
                return
            found = self.do("POST", self.net("/networks"), {"network": body})["network"]
        self.updated("network", found, {"shared": i["shared"], "router:external": i["external"]})
        export(i["export"], found["id"])

    def updated(self, what, found, wanted):
        differs = dict((k, v) for k, v in wanted.items() if found.get(k) != v)
        if differs and change("%s %s: %s" % (what, found["name"], ", ".join("%s = %s" % d for d in sorted(differs.items())))):
            self.do("PUT", self.net("/%ss/%s" % (what, found["id"])), {what: differs})

    def openstack_subnet(self, i):
        network = self.net_need("network", i["network"])
        found = self.net_find("subnet", i["name"], network_id=network) if network else None
        wanted = {"enable_dhcp": i["dhcp"], "dns_nameservers": i["dns"]}
        if i["gateway"]:
            wanted["gateway_ip"] = None if i["gateway"] == "none" else i["gateway"]
        if found:
            if found["cidr"] != i["cidr"]:
                raise Problem("subnet %s is %s, not %s: that can't be changed" % (i["name"], found["cidr"], i["cidr"]))
            return self.updated("subnet", found, wanted)
        if not change("subnet %s: made" % i["name"]):
            return
        body = dict(wanted, name=i["name"], network_id=network, cidr=i["cidr"], ip_version=6 if ":" in i["cidr"] else 4, tenant_id=self.project_of(i))
        if i["pool"]:
            body["allocation_pools"] = [dict(zip(("start", "end"), p.split("-"))) for p in i["pool"]]
        self.do("POST", self.net("/subnets"), {"subnet": body})

    def openstack_router(self, i):
        found = self.net_find("router", i["name"])
        if not found:
            if not change("router %s: made" % i["name"]):
                return
            found = self.do("POST", self.net("/routers"), {"router": {"name": i["name"], "tenant_id": self.project_of(i)}})["router"]
        outside = i["external-network"] and self.net_need("network", i["external-network"])
        if outside and (found.get("external_gateway_info") or {}).get("network_id") != outside and change("router %s: gateway %s" % (i["name"], i["external-network"])):
            self.do("PUT", self.net("/routers/" + found["id"]), {"router": {"external_gateway_info": {"network_id": outside}}})
        ports = self.list(self.net("/ports"), "ports", device_id=found["id"])
        joined = set(ip["subnet_id"] for p in ports for ip in p["fixed_ips"])
        for name in i["subnets"]:
            subnet = self.net_need("subnet", name)
            if subnet not in joined and change("router %s: subnet %s" % (i["name"], name)):
                self.do("PUT", self.net("/routers/%s/add_router_interface" % found["id"]), {"subnet_id": subnet})
        export(i["export"], found["id"])

    def openstack_security_group(self, i):
        project = self.project_of(i)
        found = self.net_find("security-group", i["name"], tenant_id=project)
        if not found:
            if not change("security group %s: made" % i["name"]):
                return
            found = self.do("POST", self.net("/security-groups"), {"security_group": {"name": i["name"], "tenant_id": project}})["security_group"]
        have = self.list(self.net("/security-group-rules"), "security_group_rules", security_group_id=found["id"])
        for text in i["rules"]:
            words = text.split()
            ports = [w for w in words[1:] if "/" not in w] or [""]
            prefix = ([w for w in words[1:] if "/" in w] or ["0.0.0.0/0"])[0]
            low, _, high = ports[0].partition("-")
            rule = {"direction": "ingress", "ethertype": "IPv6" if ":" in prefix else "IPv4", "protocol": words[0], "remote_ip_prefix": prefix,
                    "port_range_min": int(low) if low else None, "port_range_max": int(high or low) if low else None}
            anywhere = ("0.0.0.0/0", "::/0", None)
            same = [r for r in have if all(r[k] == v or k == "remote_ip_prefix" and v in anywhere and r[k] in anywhere and not r.get("remote_group_id") for k, v in rule.items())]
            if not same and change("security group %s: %s" % (i["name"], text)):
                self.do("POST", self.net("/security-group-rules"), {"security_group_rule": dict(rule, security_group_id=found["id"], tenant_id=project)})

    # Image.
    def images(self, path):
        base = self.endpoint("image")
        return (base[:-3] if base.endswith("/v2") else base) + "/v2/images" + path

    def openstack_image(self, i):
        found = named(self.list(self.images(""), "images", name=i["name"]), i["name"])
        if found and found["status"] == "active":
            return
        if not change("image %s: %s" % (i["name"], "uploaded" if not found else "uploaded again, it was %s" % found["status"])):
            return
        with self.image_data(i) as data:
            if not found:
                body = {"name": i["name"], "disk_format": i["disk-format"], "container_format": i["container-format"], "visibility": i["visibility"]}
                body.update(p.split("=", 1) for p in i["properties"])
                found = self.do("POST", self.images(""), body)
            data.seek(0, 2)
            headers = {"Content-Type": "application/octet-stream", "Content-Length": str(data.tell())}
            self.do("PUT", self.images("/%s/file" % found["id"]), data=data, headers=headers)
        self.wait(lambda: self.do("GET", self.images("/" + found["id"])), "image " + i["name"], 300, "active", ("killed", "deleted"))

    def image_data(self, i):
        if i["file"]:
            data = open(i["file"], "rb")
        else:
            data = tempfile.TemporaryFile()
            source = urllib.request.urlopen(i["url"], timeout=60)
            for part in iter(lambda: source.read(1 << 20), b""):
                data.write(part)
        data.seek(0)
        digest = hashlib.sha256()
        for part in iter(lambda: data.read(1 << 20), b""):
            digest.update(part)
        if i["sha256"] and digest.hexdigest() != i["sha256"]:
            raise Problem("image %s has SHA-256 %s, not %s" % (i["name"], digest.hexdigest(), i["sha256"]))
        return data

    def wait(self, get, what, seconds, wanted, bad):
        end = time.time() + seconds
        while True:
            found = get()
            state = found["status"]
            if state.lower() == wanted:
                return found
            if state.lower() in bad or time.time() > end:
                raise Problem("%s is %s: %s" % (what, state, (found.get("fault") or {}).get("message", "not %s within %s s" % (wanted, seconds))))
            time.sleep(1)

    # Compute.
    def openstack_flavor(self, i):
        base = self.endpoint("compute")
        found = named(self.list(base + "/flavors/detail", "flavors", is_public="None"), i["name"])
        body = {"name": i["name"], "ram": i["ram"], "disk": i["disk"], "vcpus": i["vcpus"]}
        if found and all(found[k] == v for k, v in body.items()):
            return
        if change("flavor %s: %s" % (i["name"], "made again" if found else "made")):
            if found:
                self.do("DELETE", "%s/flavors/%s" % (base, found["id"]))
            self.do("POST", base + "/flavors", {"flavor": dict(body, id=i["id"] or None)})

    def openstack_key_pair(self, i):
        base = self.endpoint("compute") + "/os-keypairs"
        found = self.do("GET", "%s/%s" % (base, urllib.parse.quote(i["name"])), absent=True)
        if found and found["keypair"]["public_key"].split()[:2] == i["public-key"].split()[:2]:
            return
        if change("key pair %s: %s" % (i["name"], "made again" if found else "made")):
            if found:
                self.do("DELETE", "%s/%s" % (base, urllib.parse.quote(i["name"])))
            self.do("POST", base, {"keypair": {"name": i["name"], "public_key": i["public-key"]}})

    def openstack_server(self, i):
        base = self.endpoint("compute")
        found = named(self.list(base + "/servers/detail", "servers", name="^%s$" % i["name"]), i["name"])
        # One that could not be started holds nothing, and never will.
        stillborn = found and found["status"] == "ERROR" and not found.get("OS-SRV-USG:launched_at")
        if stillborn or not found:
            if not change("server %s: %s" % (i["name"], "made again, it could not be started" if stillborn else "made")):
                return
            if stillborn:
                self.remove(base, found)
            image = named(self.list(self.images(""), "images", name=i["image"]), i["image"])
            flavor = named(self.list(base + "/flavors", "flavors"), i["flavor"])
            if not image or not flavor:
                raise Problem("server %s: there is no %s" % (i["name"], "flavor " + i["flavor"] if image else "image " + i["image"]))
            body = {"name": i["name"], "imageRef": image["id"], "flavorRef": flavor["id"], "networks": [{"uuid": self.net_need("network", n)} for n in i["networks"]]}
            if i["key"]:
                body["key_name"] = i["key"]
            if i["security-groups"]:
                body["security_groups"] = [{"name": g} for g in i["security-groups"]]
            found = self.do("POST", base + "/servers", {"server": body})["server"]
        get = lambda: self.do("GET", "%s/servers/%s" % (base, found["id"]))["server"]
        found = get() if CHECK else self.wait(get, "server " + i["name"], i["timeout-seconds"], "active", ("error", "deleted"))
        fixed = [a["addr"] for n in found["addresses"].values() for a in n if a.get("OS-EXT-IPS:type", "fixed") == "fixed"]
        export(i["export"], fixed[0] if fixed else "")
        if i["floating-network"]:
            self.floating(i, found)

    def remove(self, base, server):
        path = "%s/servers/%s" % (base, server["id"])
        self.do("DELETE", path)
        end = time.time() + 300
        while self.do("GET", path, absent=True):
            if time.time() > end:
                raise Problem("server %s is still there 300 s after its deletion was asked for" % server["name"])
            time.sleep(1)

    def floating(self, i, server):
        ports = self.list(self.net("/ports"), "ports", device_id=server["id"])
        have = [f for f in self.list(self.net("/floatingips"), "floatingips") if f["port_id"] in [p["id"] for p in ports]]
        if not have and change("server %s: floating address" % i["name"]):
            body = {"floating_network_id": self.net_need("network", i["floating-network"]), "port_id": ports[0]["id"]}
            have = [self.do("POST", self.net("/floatingips"), {"floatingip": body})["floatingip"]]
        export(i["export-floating"], have[0]["floating_ip_address"] if have else "")

    # Block Storage.
    def openstack_volume_type(self, i):
        base = self.endpoint("volumev3", "block-storage", "volumev2", "volume")
        found = named(self.list(base + "/types", "volume_types"), i["name"])
        wanted = dict(p.split("=", 1) for p in i["properties"])
        if not found:
            if not change("volume type %s: made" % i["name"]):
                return
            found = self.do("POST", base + "/types", {"volume_type": {"name": i["name"]}})["volume_type"]
        have = found.get("extra_specs") or {}
        differs = dict((k, v) for k, v in wanted.items() if have.get(k) != v)
        if differs and change("volume type %s: %s" % (i["name"], ", ".join("%s = %s" % d for d in sorted(differs.items())))):
            self.do("POST", "%s/types/%s/extra_specs" % (base, found["id"]), {"extra_specs": differs})

    def openstack_volume(self, i):
        base = self.endpoint("volumev3", "block-storage", "volumev2", "volume")
        found = named(self.list(base + "/volumes/detail", "volumes"), i["name"])
        if not found:
            if not change("volume %s: made" % i["name"]):
                return
            body = {"name": i["name"], "size": i["size"]}
            if i["type"]:
                body["volume_type"] = i["type"]
            found = self.do("POST", base + "/volumes", {"volume": body})["volume"]
        if not CHECK and found["status"] not in ("in-use", "available"):
            self.wait(lambda: self.do("GET", "%s/volumes/%s" % (base, found["id"]))["volume"], "volume " + i["name"], 300, "available", ("error",))


def main():
    order = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    try:
        cloud = Cloud(order["auth"])
    except Problem as e:
        if not CHECK:
            raise
        say("%s: so all of these would be made" % e)
        for item in order["items"]:
            if item["kind"] != "keystone-token":
                change("%s %s: made" % (item["kind"], item.get("name", "")))
        return
    for item in order["items"]:
        try:
            getattr(cloud, item["kind"].replace("-", "_"))(item)
        except Problem as e:
            raise Problem("%s %s: %s" % (item["kind"], item.get("name", ""), e))


try:
    main()
except Problem as e:
    os.write(2, (str(e) + "\n").encode("utf-8", "replace"))
    sys.exit(1)
