using System.Text.RegularExpressions;

namespace Provisioner.FirmwareTests.OpenStack;

/// <summary>A bundle of the catalog's, with what the tests add to each: an image, and an instance of it.</summary>
internal static class ShippedBundle
{
    /// <param name="name">Its file under catalog/bundles/openstack, without .yaml.</param>
    /// <param name="image">Where the raw image is fetched.</param>
    /// <param name="controller">The group that the image's role stands on.</param>
    /// <param name="launchOn">The group that launches the instance, and pings it.</param>
    /// <param name="instance">Its options.</param>
    public static string WithInstance(string name, string image, string controller, string launchOn, string instance)
    {
        string shipped = File.ReadAllText(Path.Combine(OpenStackLab.Root(), "src", "catalog", "bundles", "openstack", $"{name}.yaml"));
        return Regex.Replace(shipped, "(?m)^relations:", $$$"""
              demo-image: {to: {{{controller}}}, options: {name: tiny, disk_format: raw, url: "{{{image}}}"}}
              launch-instance: {to: {{{launchOn}}}, options: {{{{instance}}}}}
            relations:
            """);
    }
}
