using System.Collections.Immutable;
using System.Globalization;
using Provisioner.Domain.Deploy;
using Provisioner.Domain.Events;
using Provisioner.Domain.Power;
using static Provisioner.Domain.Machines.MachineState;

namespace Provisioner.Domain.Machines;

/// <summary>One change on one machine: the arms of <see cref="Lifecycle.Apply"/>.</summary>
internal sealed partial class Transition(Machine machine, ChangeContext context)
{
    private readonly ImmutableArray<Told>.Builder _told = ImmutableArray.CreateBuilder<Told>();

    public Outcome On(MachineChange change) => change switch
    {
        MachineChange.Commission => Take(Trigger.Commission, m => m with { Phase = m.CanBeStarted ? Phase.StartAgent : Phase.AwaitAgent, Reported = Reports.None, SessionTokenHash = null }),
        MachineChange.Allocate => Take(Trigger.Allocate),
        MachineChange.Deploy deploy => Deploy(deploy.Request),
        MachineChange.Adopt => Adopt(),
        MachineChange.Release => Take(Trigger.Release, m => m with { Phase = Phase.PowerOff, SessionTokenHash = null, BootTokenHash = null }),
        MachineChange.Abort => Abort(),
        MachineChange.Rename rename => Rename(rename.Name),
        MachineChange.SetTags tags => SetTags(tags.Tags),
        MachineChange.SetController set => ControllerChange.Set(machine, set, context),
        MachineChange.AddController add => ControllerChange.Add(machine, add, context),
        MachineChange.RemoveController remove => ControllerChange.Remove(machine, remove.Id),
        MachineChange.BootScriptGiven given => ScriptGiven(given),
        MachineChange.AgentHello hello => Hello(hello),
        MachineChange.BootTokenSpent => Keep(machine with { BootTokenHash = null }),
        MachineChange.InventoryReported report => Inventory(report.Inventory),
        MachineChange.BmcReported report => Bmc(report),
        MachineChange.HostedBy host => Hosted(host),
        MachineChange.InstallDone done => InstallDone(done),
        MachineChange.AgentLeaving => Leaving(),
        MachineChange.CalledHome home => CalledHome(home),
        MachineChange.PowerRead read => PowerRead(read.Reading),
        MachineChange.Started started => Started(started),
        MachineChange.NotBooted again => NotBooted(again.Why),
        MachineChange.SeenOff off => SeenOff(off.How),
        MachineChange.Fail fail => Take(Trigger.Fail, m => m with { Failure = fail.Why }),
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "a change without an arm"),
    };

    private Outcome Take(Trigger trigger, Func<Machine, Machine>? also = null)
    {
        if (Lifecycle.Find(machine.State, trigger) is not { } edge) return Refuse(trigger);
        var next = machine with { State = edge.To, StateSince = context.Now, Phase = Phase.Idle, Failure = null, Order = machine.Order + 1, BootTried = [] };
        if (also is not null) next = also(next);
        if (edge.To is Ready or New) next = next with { Deployment = null };
        next = WithDeadline(next);
        var level = trigger is Trigger.Fail ? Level.Error : Level.Info;
        _told.Add(new($"state.{Kind(edge.To)}", next.Failure is { } why ? $"{Lifecycle.Word(edge.To)}: {why}" : $"{Lifecycle.Word(edge.To)}: {edge.Sentence}", level));
        return Changed(next);
    }

    private Outcome.Refused Refuse(Trigger trigger)
    {
        string possible = string.Join(", ", Lifecycle.Possible(machine.State).Select(t => t.ToString().ToLowerInvariant()));
        return new($"{machine.Name} is {Lifecycle.Word(machine.State)}: it can't {Verb(trigger)} now; possible: {(possible.Length > 0 ? possible : "wait, or abort")}");
    }

    private static string Verb(Trigger trigger) => trigger switch
    {
        Trigger.Home => "call home",
        Trigger.Commissioned => "end commissioning",
        Trigger.Released => "end releasing",
        _ => trigger.ToString().ToLowerInvariant(),
    };

    private static string Kind(MachineState state) => state switch
    {
        FailedCommissioning or FailedDeploying or FailedReleasing => "failed",
        _ => state.ToString().ToLowerInvariant(),
    };

    private Outcome Deploy(DeployRequest request)
    {
        if (Lifecycle.Find(machine.State, Trigger.Deploy) is null) return Refuse(Trigger.Deploy);
        if (context.Image is not { } image) return new Outcome.Refused($"there is no image {request.Image}: see the list of images");
        if (context.RoleFault is { } wrong) return new Outcome.Refused(wrong);
        if (OperatorFault(request.Operator) is { } fault) return new Outcome.Refused(fault);
        if (context.Fresh is not { } fresh) throw new InvalidOperationException("a deploy needs fresh ids");
        return DiskChoice.For(machine, image, request.Disk, request.EraseForeignData) switch
        {
            DiskChoice.Refused refused => new Outcome.Refused(refused.Why),
            DiskChoice.Chosen chosen => Take(Trigger.Deploy, m => m with
            {
                Phase = m.CanBeStarted ? Phase.StartAgent : Phase.AwaitAgent,
                SessionTokenHash = null,
                OurDiskIds = m.OurDiskIds.Add(fresh.DiskId).TakeLast(16).ToImmutableArray(),
                Deployment = new Deployment
                {
                    Id = fresh.Id,
                    Image = image.Name,
                    Role = request.Role,
                    SshKeys = request.SshKeys,
                    Operator = request.Operator,
                    By = context.By,
                    Disk = chosen.Disk,
                    DiskId = fresh.DiskId,
                    SealedHostToken = fresh.SealedHostToken,
                    HostTokenHash = fresh.HostTokenHash,
                },
            }),
            _ => throw new InvalidOperationException("a disk choice without an arm"),
        };
    }

    private Outcome Adopt()
    {
        if (Lifecycle.Find(machine.State, Trigger.Adopt) is null) return Refuse(Trigger.Adopt);
        if (context.Fresh is not { } fresh) throw new InvalidOperationException("an adoption needs fresh ids");
        var deployment = (machine.Deployment ?? new Deployment { Id = fresh.Id, Image = Deployment.Adopted, By = context.By })
            with
        { SealedHostToken = fresh.SealedHostToken, HostTokenHash = fresh.HostTokenHash };
        return Take(Trigger.Adopt, m => m with { Deployment = deployment, SessionTokenHash = null, BootTokenHash = null });
    }

    // useradd's rule (NAME_REGEX of adduser): what passes here is also safe in every place that the seed puts it.
    private static string? OperatorFault(string name) =>
        name.Length is > 0 and <= 32 && name[0] is >= 'a' and <= 'z' && name.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-' or '_') && name != "root"
            ? null
            : $"\"{name}\" can't be the operator's account: a–z, 0–9, - and _, a letter first, at most 32, not root";

    private Outcome Abort() => Lifecycle.IsUnderWay(machine.State)
        ? Take(Trigger.Fail, m => m with { Failure = $"stopped by {context.By}" })
        : new Outcome.Refused($"{machine.Name} is {Lifecycle.Word(machine.State)}: nothing is under way that could be stopped");

    private Outcome Rename(string name)
    {
        if (!HostName.IsValid(name)) return new Outcome.Refused($"\"{name}\" is not a host name: a–z, 0–9 and -, at most 63, a letter or digit at both ends");
        if (name == machine.Name) return Keep(machine);
        return Tell(machine with { Name = name }, new("machine.renamed", $"{machine.Name} is called {name} now"));
    }

    private Outcome SetTags(ImmutableSortedSet<string> tags) =>
        tags.FirstOrDefault(t => !HostName.IsTag(t)) is { } bad
            ? new Outcome.Refused($"\"{bad}\" is not a tag: letters, digits, - _ . and :, at most 64")
            : tags.SetEquals(machine.Tags) ? Keep(machine)
            : Tell(machine with { Tags = tags }, new("machine.tagged", tags.Count > 0 ? $"tags: {string.Join(", ", tags)}" : "no tags"));

    private Outcome Hello(MachineChange.AgentHello hello)
    {
        var known = machine with
        {
            SessionTokenHash = hello.SessionTokenHash,
            Firmware = hello.Firmware,
            Reported = Reports.None,
            BootTried = [],
            AgentIn = machine is { Phase: Phase.AwaitAgent, StartedAt: { } started } ? context.Now - started : machine.AgentIn,
            StartedAt = null,
            Order = machine.Order + 1,
            Power = new(PowerState.On, context.Now, null),
            Macs = machine.Macs.Contains(hello.Mac) ? machine.Macs : machine.Macs.Add(hello.Mac),
        };
        _told.Add(new("agent.hello", Text($"the agent said hello ({hello.Firmware}, {hello.UptimeSeconds:0.0} s after its kernel started)"), Seconds: hello.UptimeSeconds));
        return machine.State switch
        {
            New => new Transition(known, context).Continue(_told).Take(Trigger.Commission, m => m with { Phase = Phase.AgentAtWork }),
            Commissioning or Deploying when machine.Phase is Phase.StartAgent or Phase.AwaitAgent or Phase.AgentAtWork =>
                Changed(WithDeadline(known with { Phase = Phase.AgentAtWork })),
            _ => Changed(known),
        };
    }

    private Transition Continue(ImmutableArray<Told>.Builder told)
    {
        _told.AddRange(told);
        return this;
    }

    private Outcome CalledHome(MachineChange.CalledHome home)
    {
        if (machine.Deployment is not { } deployment) return new Outcome.Refused($"{machine.Name} has no deployment that could call home");
        if (home.Facts is { } facts)
        {
            if (facts.SshKey != deployment.Host?.SshKey && facts.SshFingerprint() is { } fingerprint) _told.Add(new("home.key", $"SSH host key: ED25519 {fingerprint}"));
            deployment = deployment with { Host = facts };
        }
        if (home.To.Length > 0) deployment = deployment with { CallsFrom = home.From, CallsTo = home.To };
        if (machine.State is Deployed) return CalledAgain(deployment, home);
        // A machine without a BMC may be restarted by hand before its phase says so: the call itself is the proof.
        if (machine.Phase is not (Phase.StartDisk or Phase.AwaitHome)) return Refuse(Trigger.Home);
        _told.Add(new("home.called", Text($"the installed system called home{(home.UptimeSeconds is { } up ? $" {up:0} s after its kernel started" : "")}"), Seconds: home.UptimeSeconds));
        return Take(Trigger.Home, m => m with
        {
            Deployment = deployment with { HomeAt = context.Now },
            SessionTokenHash = null,
            BootTokenHash = null,
            Power = new(PowerState.On, context.Now, null),
        });
    }

    // An adopted machine is Deployed before it calls for the first time; every other call is an agent's start, or news of the machine.
    private Outcome CalledAgain(Deployment deployment, MachineChange.CalledHome home)
    {
        var before = machine.Deployment!;
        if (deployment.HomeAt is null)
        {
            _told.Add(new("home.called", "its agent called home"));
            deployment = deployment with { HomeAt = context.Now };
        }
        else if (home.Facts is { } facts && before.Host is { } host && !facts.Addresses.AsSpan().SequenceEqual(host.Addresses.AsSpan()))
            _told.Add(new("home.addresses", $"its addresses are {string.Join(", ", facts.Addresses.Select(a => $"{a.Address} ({a.Interface})"))}"));
        return deployment == before ? Keep(machine) : Changed(machine with { Deployment = deployment });
    }

    private Outcome PowerRead(PowerReading reading)
    {
        var before = machine.Power;
        var next = machine with { Power = before.Then(reading) };
        // A sentence may carry seconds: it is the kind of failure that makes news.
        if (reading.Error is { } error) return before.Error is null || before.Failure != reading.Failure ? Tell(next, new("power.unreadable", error, Level.Warning)) : Changed(next);
        string state = PowerWords.Of(reading.State);
        if (before.Error is not null) return Tell(next, new("power.readable", $"its power can be read again: {state}"));
        if (reading.State != before.State && before.State is not PowerState.Unknown) return Tell(next, new("power.seen", $"power is {state}"));
        return Changed(next);
    }

    private Outcome Started(MachineChange.Started started) => machine.Phase != started.From
        ? Keep(machine)
        : started.From switch
        {
            Phase.StartAgent => Awaits(WithDeadline(machine with { Phase = Phase.AwaitAgent, StartedAt = context.Now, BootTried = started.Rung is { } rung ? machine.BootTried.Add(rung) : machine.BootTried })),
            Phase.StartDisk => Changed(WithDeadline(machine with { Phase = Phase.AwaitHome, Order = machine.Order + 1 })),
            _ => Keep(machine),
        };

    private Outcome NotBooted(string why) => machine.Phase is Phase.AwaitAgent
        ? Tell(WithDeadline(machine with { Phase = Phase.StartAgent }), new("boot.again", why, Level.Warning))
        : Keep(machine);

    private Outcome SeenOff(string how) => machine switch
    {
        { State: Commissioning, Phase: Phase.PowerOff } => new Transition(machine, context).Continue(Said(how)).Take(Trigger.Commissioned, m => m with { SessionTokenHash = null, BootTokenHash = null }),
        { State: Releasing } => new Transition(machine, context).Continue(Said(how)).Take(Trigger.Released, m => m with { SessionTokenHash = null, BootTokenHash = null }),
        _ => Keep(machine),
    };

    private ImmutableArray<Told>.Builder Said(string how)
    {
        _told.Add(new("power.off", how));
        return _told;
    }

    private Machine WithDeadline(Machine next) => next with
    {
        Deadline = Lifecycle.IsUnderWay(next.State) && context.Limits.For(next) is { } limit ? context.Now + limit : null,
    };

    private Outcome.Changed Keep(Machine next) => new(next, []);
    private Outcome.Changed Changed(Machine next) => new(next, _told.ToImmutable());

    private Outcome.Changed Tell(Machine next, Told told)
    {
        _told.Add(told);
        return Changed(next);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
