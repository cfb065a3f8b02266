using System.CommandLine;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.Appliance.Cli;

/// <summary><c>provisioner sign-in-link</c>: lets somebody in who is locked out, whether the appliance runs or not.</summary>
internal static class SignInLinkCommand
{
    private static readonly Option<string> Data = new("--data") { Description = "the appliance's data folder", DefaultValueFactory = _ => "/var/lib/provisioner" };
    private static readonly Option<string> Origin = new("--origin") { Description = "where the page answers", DefaultValueFactory = _ => "http://localhost:5240" };

    public static Command Create()
    {
        var command = new Command("sign-in-link", "Prints a link that makes an account, or sets an account's password anew. It works once, within an hour, and ends the one before.") { Data, Origin };
        command.SetAction(parsed =>
        {
            string data = Path.GetFullPath(parsed.GetValue(Data)!);
            if (!Directory.Exists(data)) return Fail($"there is no data folder {data}: name the appliance's with --data");
            try
            {
                Console.WriteLine(new SignInLink(data, TimeProvider.System).MakeUrl(parsed.GetValue(Origin)!.TrimEnd('/')));
                return 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return Fail($"the data folder {data} can't be written to ({e.Message}): run this as root or as the appliance's user");
            }
        });
        return command;
    }

    private static int Fail(string sentence)
    {
        Console.Error.WriteLine($"provisioner: {sentence}");
        return 1;
    }
}
