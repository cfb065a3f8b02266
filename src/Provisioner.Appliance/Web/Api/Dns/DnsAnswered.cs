using Provisioner.Appliance.Servers;

namespace Provisioner.Appliance.Web.Api.Dns;

/// <summary>What a change of records, zones or settings is answered with.</summary>
internal static class DnsAnswered
{
    private const int MostComment = 255;

    /// <summary>The problem that says why not, or null where it was done.</summary>
    public static IResult? Refused(DnsOutcome outcome) => outcome switch
    {
        DnsOutcome.Ok => null,
        DnsOutcome.Refused refused => Refusal.Problem(409, string.Join("; ", refused.Why), new Dictionary<string, object?> { ["errors"] = refused.Why.ToArray() }),
        DnsOutcome.Missing missing => Refusal.Problem(404, missing.What),
        _ => throw new InvalidOperationException("an outcome without an arm"),
    };

    /// <summary>If-Match names what is no more.</summary>
    public static IResult Outdated => Refusal.Problem(412, "it was changed since you read it: read it again, look, and repeat");

    public static IResult Unknown(string what, string key) => Refusal.Problem(404, $"there is no {what} \"{(key.Length <= 64 ? key : key[..64] + "…")}\"");

    /// <summary>A comment without control characters.</summary>
    public static string? Comment(Fields fields)
    {
        string? comment = fields.Text("comment", MostComment);
        if (comment?.Any(char.IsControl) == true) fields.Fault("comment must not hold control characters");
        return comment;
    }
}
