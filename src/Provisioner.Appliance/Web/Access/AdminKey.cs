using Provisioner.Appliance.Store;

namespace Provisioner.Appliance.Web.Access;

/// <summary>
/// <c>DATA/admin.key</c>: a key for local tools of root (<c>./run demo</c>, backup scripts), mode 0600, made afresh at each start.
/// It opens nothing that its reader could not open anyway: who can read the data folder can read and change the store in it.
/// </summary>
internal static class AdminKey
{
    public const string CallerName = "root";

    public static string PathIn(string data) => Path.Combine(data, "admin.key");

    /// <summary>Writes the file and lets the key in it open the API.</summary>
    public static void Issue(string data, AccessBook access)
    {
        string secret = AccessBook.KeyMark + Token.New();
        WholeFile.Write(PathIn(data), secret + "\n");
        access.AdminKeyHash = Token.Hash(secret);
    }
}
