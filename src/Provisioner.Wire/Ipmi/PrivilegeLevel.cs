namespace Provisioner.Wire.Ipmi;

/// <summary>What a session may do: IPMI 2.0 §6.8. Power and boot orders want Operator (appendix G).</summary>
public enum PrivilegeLevel : byte
{
    /// <summary>Callback.</summary>
    Callback = 1,
    /// <summary>May read.</summary>
    User = 2,
    /// <summary>May order power and boot device.</summary>
    Operator = 3,
    /// <summary>May change users and channels too.</summary>
    Administrator = 4,
}
