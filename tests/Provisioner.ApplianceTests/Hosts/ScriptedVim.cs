using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Provisioner.ApplianceTests.Hosts;

/// <summary>A vSphere API of ours over real TLS and real SOAP, for what VMware's simulator does not do: pages, and answers that no server should give.</summary>
internal sealed class ScriptedVim : IAsyncDisposable
{
    private const string Envelope = "<soapenv:Envelope xmlns:soapenv='http://schemas.xmlsoap.org/soap/envelope/' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:xsd='http://www.w3.org/2001/XMLSchema'><soapenv:Body>{0}</soapenv:Body></soapenv:Envelope>";
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;

    private ScriptedVim(WebApplication app, X509Certificate2 certificate) => (_app, _certificate) = (app, certificate);

    /// <summary>What is answered in place of the usual, by the method's name.</summary>
    public Dictionary<string, Func<HttpContext, Task>> Instead { get; } = [];

    /// <summary>Machines that it has; two fit on a page.</summary>
    public int Machines { get; set; } = 5;

    public string Address { get; private set; } = "";

    public int Pages { get; private set; }

    public static async Task<ScriptedVim> StartAsync()
    {
        using var key = RSA.Create(2048);
        using var own = new CertificateRequest("CN=esx", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        var certificate = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pfx), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate })));
        var app = builder.Build();
        var vim = new ScriptedVim(app, certificate);
        app.MapPost("/sdk", vim.AnswerAsync);
        await app.StartAsync();
        vim.Address = new Uri(app.Urls.Single()).Authority;
        return vim;
    }

    public static Task SayAsync(HttpContext http, string body, int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/xml; charset=utf-8";
        return http.Response.WriteAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Envelope, body));
    }

    public static Task FaultAsync(HttpContext http, string type) =>
        SayAsync(http, $"<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>no</faultstring><detail><{type}Fault xmlns='urn:vim25' xsi:type='{type}'/></detail></soapenv:Fault>", 500);

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var asked = XElement.Parse(await reader.ReadToEndAsync()).Elements().Single().Elements().Single();
        string method = asked.Name.LocalName;
        if (Instead.TryGetValue(method, out var instead)) await instead(http);
        else if (method is "WaitForUpdatesEx") await WaitAsync(http, asked);
        else await SayAsync(http, $"<{method}Response xmlns='urn:vim25'>{Returned(asked, method)}</{method}Response>");
    }

    private string Returned(XElement asked, string method) => method switch
    {
        "RetrieveServiceContent" => "<returnval><rootFolder type='Folder'>root</rootFolder><propertyCollector type='PropertyCollector'>pc</propertyCollector><viewManager type='ViewManager'>vm</viewManager>"
            + "<about><name>Scripted</name><version>5.5.0</version></about><sessionManager type='SessionManager'>sm</sessionManager></returnval>",
        "CreateContainerView" => "<returnval type='ContainerView'>view</returnval>",
        "CreatePropertyCollector" => "<returnval type='PropertyCollector'>pc2</returnval>",
        "RetrievePropertiesEx" => Page(0),
        "ContinueRetrievePropertiesEx" => Page(int.Parse(asked.Elements().Single(e => e.Name.LocalName == "token").Value, System.Globalization.CultureInfo.InvariantCulture)),
        _ => "",
    };

    private string Page(int from)
    {
        Pages++;
        string token = from + 2 < Machines ? $"<token>{from + 2}</token>" : "";
        return $"<returnval>{token}{string.Concat(Enumerable.Range(from, Math.Max(0, Math.Min(2, Machines - from))).Select(Machine))}</returnval>";
    }

    private static string Machine(int i) => $"""
        <objects><obj type='VirtualMachine'>vm-{i}</obj>
        <propSet><name>name</name><val xsi:type='xsd:string'>page{i}</val></propSet><propSet><name>config.uuid</name><val xsi:type='xsd:string'>88888888-0000-4000-8000-{i:000000000000}</val></propSet>
        <propSet><name>config.hardware.device</name><val xsi:type='ArrayOfVirtualDevice'><VirtualDevice xsi:type='VirtualVmxnet3'><key>4000</key><macAddress>00:50:56:00:00:{i:x2}</macAddress></VirtualDevice></val></propSet>
        <propSet><name>runtime.powerState</name><val xsi:type='VirtualMachinePowerState'>poweredOff</val></propSet></objects>
        """;

    // Nothing ever happens there.
    private static async Task WaitAsync(HttpContext http, XElement asked)
    {
        if (asked.Elements().Single(e => e.Name.LocalName == "version").Value.Length > 0) await Task.Delay(TimeSpan.FromSeconds(20), http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        await SayAsync(http, "<WaitForUpdatesExResponse xmlns='urn:vim25'><returnval><version>1</version></returnval></WaitForUpdatesExResponse>");
    }
}
