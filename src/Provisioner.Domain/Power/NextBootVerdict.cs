using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Domain.Power;

/// <summary>Whether the boot flags that were read back are those that were asked for.</summary>
public abstract record NextBootVerdict
{
    /// <summary>They are.</summary>
    public sealed record Agreed : NextBootVerdict;

    /// <summary>As far as the BMC shows, they are; a person should know what it does not show.</summary>
    /// <param name="Note">A sentence.</param>
    public sealed record Doubtful(string Note) : NextBootVerdict;

    /// <summary>They are not.</summary>
    /// <param name="Why">Half a sentence with both.</param>
    public sealed record Differs(string Why) : NextBootVerdict;

    /// <summary>Decides.</summary>
    public static NextBootVerdict Of(BootFlags asked, BootFlags read)
    {
        if (read == asked) return new Agreed();
        // ipmi_sim 2.0.33 keeps the device and shows none of the marks; a BMC that ignored the order shows another device.
        if (!read.Valid && read.Device == asked.Device)
            return new Doubtful($"the BMC shows the boot device ({Words(asked.Device)}) without the mark that it is valid; whether it is for {(asked.Uefi ? "UEFI" : "BIOS")} and for one boot cannot be read");
        return new Differs($"the BMC said yes to {asked}, but reads back {read}");
    }

    private static string Words(BootSelector device) => device == BootSelector.Pxe ? "network" : "disk";
}
