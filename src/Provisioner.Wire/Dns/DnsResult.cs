namespace Provisioner.Wire.Dns;

/// <summary>RCODE, RFC 1035 §4.1.1, RFC 6891 §9.</summary>
public enum DnsResult
{
    /// <summary>No error.</summary>
    NoError = 0,
    /// <summary>Format error.</summary>
    FormErr = 1,
    /// <summary>We could not find out.</summary>
    ServFail = 2,
    /// <summary>There is no such name.</summary>
    NxDomain = 3,
    /// <summary>This kind of query is not known.</summary>
    NotImp = 4,
    /// <summary>Not for you.</summary>
    Refused = 5,
    /// <summary>EDNS version is not known; needs an OPT record for its upper bits.</summary>
    BadVers = 16,
}
