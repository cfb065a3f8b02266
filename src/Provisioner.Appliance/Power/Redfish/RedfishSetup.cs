using Provisioner.Appliance.Hardware;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power.Redfish;

/// <summary>Puts the Redfish driver into the appliance.</summary>
internal static class RedfishSetup
{
    public static void AddRedfish(this IServiceCollection services)
    {
        services.AddSingleton(s =>
        {
            var book = s.GetRequiredService<MachineBook>();
            return new RedfishDriver(s.GetRequiredService<TimeProvider>(), profiles: s.GetRequiredService<HardwareCatalog>().Profiles, note: (machine, text) => Tell(book, machine, text));
        });
        services.AddSingleton<IPowerDriver>(s => s.GetRequiredService<RedfishDriver>()).AddSingleton<MediaDesk>();
    }

    private static void Tell(MachineBook book, string name, string text)
    {
        if (book.Find(name) is { } machine) book.Note(machine.Id, "boot.progress", text);
    }
}
