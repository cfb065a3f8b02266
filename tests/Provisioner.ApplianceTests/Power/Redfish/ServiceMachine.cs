namespace Provisioner.ApplianceTests.Power.Redfish;

/// <summary>One machine behind the service: power, boot override, virtual drives.</summary>
internal sealed class ServiceMachine(ServiceFace face, string id, int number)
{
    private readonly Lock _lock = new();
    private DateTime _follows = DateTime.MinValue;
    private string _next = "Off", _power = "Off";

    public string Id => id;
    public string Uuid { get; init; } = $"3cd5a1f0-0000-4000-8000-0000000000{number:x2}";
    public string Serial { get; init; } = $"SN{number:0000}";
    public string[] Macs { get; init; } = [$"52:54:00:aa:{number:x2}:01", $"52:54:00:aa:{number:x2}:02"];
    public List<string> Orders { get; } = [];
    public string BootTarget { get; set; } = "None";
    public string BootEnabled { get; set; } = "Disabled";
    public string BootMode { get; set; } = "UEFI";
    public string? HttpBootUri { get; set; }
    public int BootReadsLeft { get; set; }
    public string? DellDevice { get; set; }
    public string Progress { get; set; } = "None";
    public Dictionary<string, string?> Media { get; } = face.MediaIds.ToDictionary(m => m, _ => (string?)null);

    /// <summary>An order is followed so much later.</summary>
    public TimeSpan FollowsAfter { get; set; }

    /// <summary>Orders are answered with yes, and nothing comes of them.</summary>
    public int LiesLeft { get; set; }

    /// <summary>Overrides are answered with yes, and lost.</summary>
    public bool LosesBoot { get; set; }

    public string Power
    {
        get
        {
            lock (_lock)
            {
                if (_power != _next && DateTime.UtcNow >= _follows) _power = _next;
                return _power == _next ? _power : _next == "On" ? "PoweringOn" : "PoweringOff";
            }
        }
        set
        {
            lock (_lock) _power = _next = value;
        }
    }

    public void Reset(string type)
    {
        lock (_lock)
        {
            bool on = Power is "On" or "PoweringOff";
            // DSP0268 ResetType On and ForceOff of a machine that is there already: as iLO answers, and bmcweb does not.
            if ((type is "On" or "ForceOn" && on) || (type is "ForceOff" or "GracefulShutdown" or "ForceRestart" or "PowerCycle" && !on)) throw new ServiceRefusal(face.BadStateStatus, "InvalidOperationForSystemState");
            Orders.Add(type);
            if (LiesLeft > 0)
            {
                LiesLeft--;
                return;
            }
            string next = type switch
            {
                "On" or "ForceOn" => "On",
                "ForceOff" or "GracefulShutdown" => "Off",
                "PushPowerButton" => on ? "Off" : "On",
                _ => Power,
            };
            (_next, _follows) = (next, DateTime.UtcNow + FollowsAfter);
            if (FollowsAfter == TimeSpan.Zero) _power = next;
            // DSP0268 BootSourceOverrideEnabled Once: good for one boot.
            if (type is "ForceRestart" or "PowerCycle" && BootEnabled == "Once") (BootTarget, BootEnabled) = ("None", "Disabled");
        }
    }
}
