# Gets or creates what a step lists, over OpenStack's HTTP APIs (Identity v3, Image v2, Network v2.0, Compute v2, Block Storage v3).
# Python 3.2's standard library, so that Icehouse's systems have it too.
import base64, hashlib, json, os, sys, tempfile, time
import urllib.error, urllib.parse, urllib.request

CHECK = bool(os.environ.get("CHECK"))


class Problem(Exception):
    pass


def say(text):
    # The locale is C: what isn't ASCII is written as UTF-8 all the same.
    os.write(1, (text + "\n").encode("utf-8"))


def change(text):
    os.write(3, ("changed " + text + "\n").encode("utf-8"))
    say(text)
    return not CHECK


def export(name, value):
    if name and value:
        os.write(3, ("export %s %s\n" % (name, base64.b64encode(value.encode()).decode())).encode())


def call(method, url, body=None, token=None, absent=False, refused=False, data=None, headers=None):
    """One request; its JSON (or {}), None where absent allows 404, False where refused allows 401."""
    headers = dict(headers or {})
    headers["Accept"] = "application/json"
    if body is not None:
        data = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    if token:
        headers["X-Auth-Token"] = token
    tries = 10
    while True:
        try:
            if hasattr(data, "seek"):
                data.seek(0)
            request = urllib.request.Request(url, data=data, headers=headers)
            request.get_method = lambda: method
            # A proxy of the machine's is for the world, not for the cloud beside it.
            answer = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=600 if data is not None and body is None else 180)
            text = answer.read().decode("utf-8", "replace")
            result = json.loads(text) if text.strip() and "json" in (answer.headers.get("Content-Type") or "") else {}
            if isinstance(result, dict) and answer.headers.get("X-Subject-Token"):
                result["X-Subject-Token"] = answer.headers.get("X-Subject-Token")
            return result
        except urllib.error.HTTPError as e:
            if e.code == 404 and absent:
                return None
            if e.code == 401 and refused:
                return False
            said = e.read().decode("utf-8", "replace")[:600]
            if e.code not in (502, 503, 504) or tries == 0:
                raise Problem("%s %s: %s: %s" % (method, url, e.code, said))
        except (urllib.error.URLError, OSError) as e:
            if tries == 0 or CHECK:
                raise Problem("%s %s: %s" % (method, url, getattr(e, "reason", e)))
        tries -= 1
        time.sleep(2)


def named(items, name):
    found = [i for i in items if i.get("name") == name]
    if len(found) > 1:
        raise Problem("there are %d called %s: remove what is too many" % (len(found), name))
    return found[0] if found else None


class Cloud:
    def __init__(self, auth):
        self.auth = auth
        self.identity = auth["url"].rstrip("/")
        self.catalog = []
        self.project = None
        self.token = auth["token"]
        if not self.token:
            answer = self.sign_in(auth["user"], auth["password"], auth["project"], auth["domain"])
            if answer is False:
                raise Problem("%s refuses %s's password, or %s has no role in %s" % (self.identity, auth["user"], auth["user"], auth["project"]))
            self.token = answer["X-Subject-Token"]
            self.catalog = answer["token"].get("catalog", [])
            self.project = answer["token"].get("project", {}).get("id")

    def sign_in(self, user, password, project, domain):
        order = {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": user, "domain": {"name": domain}, "password": password}}}}}
        if project:
            order["auth"]["scope"] = {"project": {"name": project, "domain": {"name": domain}}}
        return call("POST", self.identity + "/auth/tokens", order, refused=True)

    def endpoint(self, *types):
        for service in self.catalog:
            if service["type"] in types:
                for e in service["endpoints"]:
                    if e["interface"] == self.auth["interface"] and self.auth["region"] in ("", e.get("region"), e.get("region_id")):
                        return e["url"].rstrip("/")
        raise Problem("the catalog has no endpoint of type %s" % " or ".join(types))

    def do(self, method, url, body=None, **more):
        return call(method, url, body, token=self.token, **more)

    def list(self, url, key, **query):
        query = dict((k, v) for k, v in query.items() if v is not None)
        return self.do("GET", url + ("?" + urllib.parse.urlencode(query) if query else ""))[key]

    # Identity. A thing's id, or None.
    def id_of(self, what, name, domain=None):
        found = named(self.list("%s/%ss" % (self.identity, what), what + "s", name=name, domain_id=domain), name)
        return found and found["id"]

    def need(self, what, name, domain=None):
        found = self.id_of(what, name, domain)
        if not found and not CHECK:
            raise Problem("there is no %s %s" % (what, name))
        return found

    def made(self, what, body):
        if not change("%s %s: made" % (what, body["name"])):
            return None
        return self.do("POST", "%s/%ss" % (self.identity, what), {what: body})[what]["id"]

    def project_of(self, item):
        return self.need("project", item["project"], self.need("domain", "Default")) if item["project"] else self.project

    def keystone_domain(self, i):
        self.id_of("domain", i["name"]) or self.made("domain", {"name": i["name"], "description": i["description"], "enabled": True})

    def keystone_project(self, i):
        domain = self.need("domain", i["domain"])
        found = self.id_of("project", i["name"], domain)
        found = found or self.made("project", {"name": i["name"], "domain_id": domain, "description": i["description"], "enabled": True})
        export(i["export"], found)

    def keystone_role(self, i):
        self.id_of("role", i["name"]) or self.made("role", {"name": i["name"]})

    def keystone_user(self, i):
        domain = self.need("domain", i["domain"])
        user = self.id_of("user", i["name"], domain)
        if not user:
            user = self.made("user", {"name": i["name"], "domain_id": domain, "password": i["password"], "email": i["email"], "enabled": True})
        elif self.sign_in(i["name"], i["password"], "", i["domain"]) is False:
            if change("user %s: password" % i["name"]):
                self.do("PATCH", "%s/users/%s" % (self.identity, user), {"user": {"password": i["password"]}})
        for role in i["roles"]:
            self.grant(i, user, "projects", i["project"] and self.need("project", i["project"], self.need("domain", "Default")), i["project"], role)
        for role in i["domain-roles"]:
            self.grant(i, user, "domains", domain, i["domain"], role)
        export(i["export"], user)

    def grant(self, i, user, kind, where, place, role):
        known = self.id_of("role", role) or self.made("role", {"name": role})
        url = "%s/%s/%s/users/%s/roles/%s" % (self.identity, kind, where, user, known)
        if user and where and known and self.do("HEAD", url, absent=True) is not None:
            return
        if change("user %s: role %s in %s" % (i["name"], role, place)):
            if not where:
                raise Problem("user %s: roles without a project" % i["name"])
            self.do("PUT", url)

    def keystone_service(self, i):
        found = named(self.list(self.identity + "/services", "services", type=i["type"]), i["name"])
        service = found and found["id"]
        if not service and change("service %s: made" % i["name"]):
            body = {"name": i["name"], "type": i["type"], "description": i["description"], "enabled": True}
            service = self.do("POST", self.identity + "/services", {"service": body})["service"]["id"]
        have = self.list(self.identity + "/endpoints", "endpoints", service_id=service) if service else []
        for interface in ("public", "internal", "admin"):
            if not i[interface]:
                continue
            there = [e for e in have if e["interface"] == interface and i["region"] in (e.get("region"), e.get("region_id"))]
            body = {"service_id": service, "interface": interface, "url": i[interface], "region": i["region"]}
            if not there:
                if change("service %s: %s endpoint %s" % (i["name"], interface, i[interface])):
                    self.do("POST", self.identity + "/endpoints", {"endpoint": body})
            elif there[0]["url"] != i[interface]:
                if change("service %s: %s endpoint %s, was %s" % (i["name"], interface, i[interface], there[0]["url"])):
                    self.do("PATCH", "%s/endpoints/%s" % (self.identity, there[0]["id"]), {"endpoint": {"url": i[interface]}})

    def keystone_token(self, i):
        if self.sign_in(i["user"], i["password"], i["project"], i["domain"]) is False:
            if not CHECK:
                raise Problem("%s gives %s no token" % (self.identity, i["user"]))
            say("%s has no token yet" % i["user"])
        else:
            say("%s has a token" % i["user"])

