namespace Provisioner.Wire.Ipmi;

/// <summary>The status of an RMCP+ or RAKP message: IPMI 2.0 table 13-15.</summary>
public enum RmcpPlusStatus : byte
{
    /// <summary>No errors.</summary>
    Ok = 0x00,
    /// <summary>Insufficient resources to create a session.</summary>
    NoResources = 0x01,
    /// <summary>Invalid session ID.</summary>
    InvalidSessionId = 0x02,
    /// <summary>Invalid payload type.</summary>
    InvalidPayloadType = 0x03,
    /// <summary>Invalid authentication algorithm.</summary>
    InvalidAuthentication = 0x04,
    /// <summary>Invalid integrity algorithm.</summary>
    InvalidIntegrity = 0x05,
    /// <summary>No matching authentication payload.</summary>
    NoMatchingAuthentication = 0x06,
    /// <summary>No matching integrity payload.</summary>
    NoMatchingIntegrity = 0x07,
    /// <summary>Inactive session ID.</summary>
    InactiveSessionId = 0x08,
    /// <summary>Invalid role.</summary>
    InvalidRole = 0x09,
    /// <summary>Unauthorized role or privilege level requested.</summary>
    UnauthorizedRole = 0x0a,
    /// <summary>Insufficient resources to create a session at the requested role.</summary>
    NoResourcesAtRole = 0x0b,
    /// <summary>Invalid name length.</summary>
    InvalidNameLength = 0x0c,
    /// <summary>Unauthorized name.</summary>
    UnauthorizedName = 0x0d,
    /// <summary>Unauthorized GUID.</summary>
    UnauthorizedGuid = 0x0e,
    /// <summary>Invalid integrity check value.</summary>
    InvalidIntegrityCheck = 0x0f,
    /// <summary>Invalid confidentiality algorithm.</summary>
    InvalidConfidentiality = 0x10,
    /// <summary>No cipher suite match with proposed security algorithms.</summary>
    NoCipherSuite = 0x11,
    /// <summary>Illegal or unrecognized parameter.</summary>
    IllegalParameter = 0x12,
}

/// <summary>Statuses as words.</summary>
public static class RmcpPlusStatuses
{
    /// <summary>The specification's words with the number: <c>status 0x0d: unauthorized name</c>.</summary>
    public static string Describe(this RmcpPlusStatus status) => $"status 0x{(byte)status:x2}: " + status switch
    {
        RmcpPlusStatus.Ok => "no errors",
        RmcpPlusStatus.NoResources => "insufficient resources to create a session",
        RmcpPlusStatus.InvalidSessionId => "invalid session ID",
        RmcpPlusStatus.InvalidPayloadType => "invalid payload type",
        RmcpPlusStatus.InvalidAuthentication => "invalid authentication algorithm",
        RmcpPlusStatus.InvalidIntegrity => "invalid integrity algorithm",
        RmcpPlusStatus.NoMatchingAuthentication => "no matching authentication payload",
        RmcpPlusStatus.NoMatchingIntegrity => "no matching integrity payload",
        RmcpPlusStatus.InactiveSessionId => "inactive session ID",
        RmcpPlusStatus.InvalidRole => "invalid role",
        RmcpPlusStatus.UnauthorizedRole => "unauthorized role or privilege level requested",
        RmcpPlusStatus.NoResourcesAtRole => "insufficient resources to create a session at the requested role",
        RmcpPlusStatus.InvalidNameLength => "invalid name length",
        RmcpPlusStatus.UnauthorizedName => "unauthorized name",
        RmcpPlusStatus.UnauthorizedGuid => "unauthorized GUID",
        RmcpPlusStatus.InvalidIntegrityCheck => "invalid integrity check value",
        RmcpPlusStatus.InvalidConfidentiality => "invalid confidentiality algorithm",
        RmcpPlusStatus.NoCipherSuite => "no cipher suite match with proposed security algorithms",
        RmcpPlusStatus.IllegalParameter => "illegal or unrecognized parameter",
        _ => "not in IPMI 2.0",
    };

    /// <summary>In an Open Session Response these say that the proposed algorithms are not taken: another suite may be.</summary>
    public static bool RefusesCipherSuite(this RmcpPlusStatus status) => status is
        RmcpPlusStatus.InvalidAuthentication or RmcpPlusStatus.InvalidIntegrity or RmcpPlusStatus.InvalidConfidentiality or
        RmcpPlusStatus.NoMatchingAuthentication or RmcpPlusStatus.NoMatchingIntegrity or RmcpPlusStatus.NoCipherSuite or
        // Older Supermicro and Dell firmware says these of an algorithm that it does not know.
        RmcpPlusStatus.IllegalParameter or RmcpPlusStatus.InvalidPayloadType;
}
