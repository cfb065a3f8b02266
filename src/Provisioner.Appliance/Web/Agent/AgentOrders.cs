using System.Collections.Immutable;
using System.Net;
using Provisioner.Appliance.Images;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Serving;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Deploy;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Web.Agent;

/// <summary>Answers an agent's question for its next order; waits with it while there is none.</summary>
internal sealed class AgentOrders(MachineBook book, ImageShelf shelf, ISeedWriter seeds, ApplianceOptions options)
{
    /// <summary>The next order; null when the session has ended meanwhile.</summary>
    public async Task<NextReply?> NextAsync(string id, string token, TimeSpan patience, IPAddress local, CancellationToken cancel)
    {
        using var feed = book.Feed.Subscribe();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        end.CancelAfter(patience);
        while (true)
        {
            if (book.Find(id) is not { } machine || !Token.Matches(token, machine.SessionTokenHash)) return null;
            var reply = Of(machine, local);
            if (reply.Action != "wait" || end.IsCancellationRequested) return reply;
            try
            {
                while ((await feed.Reader.ReadAsync(end.Token)).Changed != id) { }
            }
            catch (Exception e) when (e is OperationCanceledException or System.Threading.Channels.ChannelClosedException)
            {
                await end.CancelAsync();
            }
        }
    }

    private NextReply Of(Machine machine, IPAddress local)
    {
        var action = AgentOrder.For(machine);
        if (action is AgentAction.Inventory && machine.Reported is Reports.All) action = AgentAction.Wait;
        if (action is not AgentAction.Install) return new(machine.Order, action.ToString().ToLowerInvariant());
        if (machine.Deployment is not { Disk: { } disk } deployment || shelf.Find(deployment.Image) is not { } image)
        {
            // Taken from the shelf between the order and now.
            _ = book.ApplyAsync(machine.Id, new MachineChange.Fail($"the image {machine.Deployment?.Image} is no longer in the images folder: put it back and deploy again"), "appliance");
            return new(machine.Order, "wait");
        }
        string home = $"http://{local.MapToIPv4()}:{options.HttpPort}";
        book.Note(machine.Id, "image.started", $"{image.Title} goes to {disk.Name}", bytes: image.SizeBytes);
        return new(machine.Order, "install",
            new($"http://{local.MapToIPv4()}:{options.FilePort}/images/{image.Name}/{image.File}", image.SizeBytes, image.Sha256, image.RawBytes, image.RootPartition),
            new(disk.Path, disk.Serial, disk.Wwn, disk.SizeBytes), deployment.DiskId,
            new("/var/lib/cloud/seed/nocloud", seeds.FilesFor(machine, deployment, home)));
    }
}

/// <summary>Writes the files that tell an installed system who it is at its first boot.</summary>
internal interface ISeedWriter
{
    ImmutableSortedDictionary<string, string> FilesFor(Machine machine, Deployment deployment, string home);
}
