namespace Provisioner.Appliance.Web.Api.Dns;

/// <summary>A zone that the appliance answers for.</summary>
/// <param name="Kind">domain, reverse, added or local.</param>
/// <param name="Server">Its name server: the appliance's name in it.</param>
/// <param name="Serial">SOA serial number.</param>
/// <param name="Comment">Of an added one.</param>
internal sealed record ZoneDto(string Name, string Kind, string Server, uint Serial, string Comment);

/// <summary>Zones, by name.</summary>
internal sealed record ZoneList(IReadOnlyList<ZoneDto> Zones);

/// <summary>A record.</summary>
/// <param name="Id">Of an added one; null: it follows from a machine, a network or another record.</param>
/// <param name="Data">As a zone file has it.</param>
/// <param name="Ttl">Seconds.</param>
/// <param name="Source">Where it comes from: <c>added</c>, <c>machine calm-otter</c>, <c>record r7k2m4</c> …</param>
/// <param name="Hidden">It is not answered: a machine's record stands in its way, or its zone is gone.</param>
internal sealed record RecordDto(string? Id, string Name, string Type, string Data, uint Ttl, string Source, string Comment, bool Hidden);

/// <summary>Records, by name.</summary>
/// <param name="Total">How many there are in all.</param>
internal sealed record RecordList(IReadOnlyList<RecordDto> Records, int Total);

/// <summary>What is done with names that are not ours.</summary>
/// <param name="Upstreams">Servers that other names are asked of; empty: those of the flags, or of the host.</param>
/// <param name="Ipv6Prefixes">IPv6 prefixes whose reverse names are answered here.</param>
/// <param name="ForwardPrivate">Reverse names of private addresses outside our subnets are asked of the upstream servers.</param>
/// <param name="ServeStale">An ended answer is given when no upstream server says anything newer.</param>
internal sealed record DnsSettingsDto(IReadOnlyList<string> Upstreams, IReadOnlyList<string> Ipv6Prefixes, bool ForwardPrivate, bool ServeStale);

/// <summary>How the asking of others fares.</summary>
internal sealed record DnsStatusDto(IReadOnlyList<UpstreamDto> Upstreams, CacheDto Cache, int UnderWay, int Names);

/// <summary>An upstream server.</summary>
/// <param name="Up">It is asked in its turn; false: after all others, for a while.</param>
/// <param name="Milliseconds">How long its answers take, smoothed.</param>
/// <param name="LastFault">What its last failure was.</param>
internal sealed record UpstreamDto(string Server, bool Up, double Milliseconds, long Answers, string? LastFault);

/// <summary>Answers of others that are kept.</summary>
internal sealed record CacheDto(int Entries, long Bytes, long Hits, long Misses);

/// <summary>What would be answered.</summary>
/// <param name="Result">NOERROR, NXDOMAIN, SERVFAIL, REFUSED.</param>
/// <param name="Why">In words.</param>
/// <param name="Answers">Lines of a zone file.</param>
/// <param name="Authority">Lines of a zone file.</param>
internal sealed record LookupDto(string Name, string Type, string Result, bool Authoritative, string Why, IReadOnlyList<string> Answers, IReadOnlyList<string> Authority);

/// <summary>A zone to add, or its comment to change.</summary>
internal sealed record ZoneBody(string Name, string? Comment);

/// <summary>A record to add, or what of it is to change.</summary>
/// <param name="Name">Whole, such as www.rack.internal; * as its first label makes a wildcard.</param>
/// <param name="Type">A, AAAA, CNAME, MX, NS, PTR, SRV, SSHFP, TXT, or TYPE and a number.</param>
/// <param name="Data">As a zone file has it: 10 mail.rack.internal.</param>
/// <param name="Ttl">Seconds; 300 by default, a week at most.</param>
internal sealed record RecordBody(string Name, string Type, string Data, int? Ttl, string? Comment);

/// <summary>Settings to change.</summary>
internal sealed record DnsSettingsBody(IReadOnlyList<string>? Upstreams, IReadOnlyList<string>? Ipv6Prefixes, bool? ForwardPrivate, bool? ServeStale);
