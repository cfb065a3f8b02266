namespace Provisioner.Appliance.Web.Api;

/// <summary>/api/v1/images and /api/v1/roles: what a machine can be given.</summary>
internal static class CatalogApi
{
    public static void MapCatalog(this IEndpointRouteBuilder api)
    {
        var catalog = api.MapGroup("").WithTags("catalog");
        catalog.MapGet("/images", Images).Produces<ImageList>().WithSummary("Images that can be deployed, and what lies among them and can't");
        catalog.MapGet("/images/{name}", Image).Produces<ImageDto>().ProducesProblem(404).WithSummary("One image");
        catalog.MapGet("/roles", Roles).Produces<RoleList>().WithSummary("Roles that a deployed machine can be given");
    }

    private static IResult Images(ISurroundings surroundings) =>
        TypedResults.Json(new ImageList([.. surroundings.Images.Select(Describe.Of)], surroundings.ImageFaults), ApiJson.Default.ImageList);

    private static IResult Image(string name, ISurroundings surroundings) =>
        surroundings.Images.FirstOrDefault(i => i.Name == name) is { } image
            ? TypedResults.Json(Describe.Of(image), ApiJson.Default.ImageDto)
            : Refusal.Problem(404, $"there is no image \"{name}\"");

    private static IResult Roles(ISurroundings surroundings) =>
        TypedResults.Json(new RoleList([.. surroundings.Roles.Select(r => new RoleDto(r.Name, r.Title, r.Description))]), ApiJson.Default.RoleList);
}
