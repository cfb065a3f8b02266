using Microsoft.OpenApi;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.Appliance.Web.Api;

/// <summary>/api/v1/openapi.json: the API's description, made from its endpoints.</summary>
internal static class ApiDocument
{
    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.ShouldInclude = description => description.RelativePath?.StartsWith("api/v1/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "Provisioner",
                Version = "v1",
                Description = "Machines from powered off to deployed. Errors are problem+json (RFC 9457) whose detail is one sentence; errors lists all faults of a body.",
            };
            document.Servers = [new() { Url = "/" }];
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "prov_…", Description = "A key from the page Keys or from DATA/admin.key" },
            };
            document.Security = [new() { [new OpenApiSecuritySchemeReference("key", document)] = [] }];
            return Task.CompletedTask;
        });
    });

    /// <summary>Describes query parameters that a handler reads by itself, so that all faults are told at once.</summary>
    public static RouteHandlerBuilder WithQuery(this RouteHandlerBuilder endpoint, params (string Name, JsonSchemaType Type, string About)[] parameters) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters ??= [];
            foreach (var (name, type, about) in parameters)
                operation.Parameters.Add(new OpenApiParameter { Name = name, In = ParameterLocation.Query, Description = about, Schema = new OpenApiSchema { Type = type } });
            return Task.CompletedTask;
        });

    public static void MapApiDocument(this IEndpointRouteBuilder app) => app.MapOpenApi("/api/v1/openapi.json").WithMetadata(Rule.Public);
}
