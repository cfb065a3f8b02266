using System.Net;

namespace Provisioner.FirmwareTests.OpenStack;

/// <summary>Gives the files of a folder over HTTP: the site's own server, which has the image of a first instance.</summary>
internal sealed class FileServer : IDisposable
{
    private readonly HttpListener _listener = new();

    public FileServer(string folder, string address, int port)
    {
        _listener.Prefixes.Add($"http://{address}:{port}/");
        _listener.Start();
        _ = Task.Run(() => ServeAsync(folder));
    }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync(string folder)
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            string path = Path.Combine(folder, Path.GetFileName(context.Request.Url!.AbsolutePath));
            if (File.Exists(path))
            {
                await using var file = File.OpenRead(path);
                context.Response.ContentLength64 = file.Length;
                if (context.Request.HttpMethod != "HEAD") await file.CopyToAsync(context.Response.OutputStream);
            }
            else context.Response.StatusCode = 404;
            context.Response.Close();
        }
    }
}
