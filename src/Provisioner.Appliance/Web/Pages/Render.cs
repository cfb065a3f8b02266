using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>Components as answers.</summary>
internal static class Render
{
    public static RazorComponentResult<T> Page<T>(int status, params (string Name, object? Value)[] parameters) where T : IComponent =>
        new(parameters.ToDictionary(p => p.Name, p => p.Value)) { StatusCode = status, PreventStreamingRendering = true };

    /// <summary>A part of a page, for htmx.</summary>
    public static RazorComponentResult<T> Fragment<T>(int status, params (string Name, object? Value)[] parameters) where T : IComponent => Page<T>(status, parameters);
}

/// <summary>Components as text, for live streams.</summary>
internal sealed class Fragments(IServiceScopeFactory scopes, ILoggerFactory logs)
{
    public async Task<string> TextAsync<T>(params (string Name, object? Value)[] parameters) where T : IComponent
    {
        await using var scope = scopes.CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, logs);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var root = await renderer.RenderComponentAsync<T>(ParameterView.FromDictionary(parameters.ToDictionary(p => p.Name, p => p.Value)));
            return root.ToHtmlString();
        });
    }
}
