using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Roles;

namespace Provisioner.Benchmarks.Plans;

/// <summary>The planner with 1,000 machines and 10,000 steps: reading, planning, rendering every step, and a whole run of it on paper.</summary>
internal static class PlanBench
{
    private const int Machines = 1_000;

    private static readonly string[] Steps = ["packages", "configure", "start"];

    public static int Run()
    {
        var library = RoleLibrary.Read([("controller.yaml", Role("controller", "requires: {node: {many: true, optional: true, tolerate: true}}", "api", "node")),
            ("node.yaml", Role("node", "requires: {api: {}}", "node", "api")), ("agent.yaml", Role("agent", "requires: {api: {}, hypervisor: {interface: node, local: true}}", "agent", "api"))]);
        string yaml = $"bundle: b\nmachines:\n  c: {{}}\n  n: {{count: {Machines - 1}}}\napplications:\n  controller: {{to: c}}\n  node: {{to: n}}\n  agent: {{to: n}}\n";
        for (int round = 0; round < 3; round++)
        {
            var bundle = Timed("read and check the bundle", () => BundleFile.Read("b.yaml", yaml, library)).Bundle ?? throw new InvalidOperationException(string.Join('\n', library.Faults));
            ImmutableArray<PlannedMachine> machines = [.. Enumerable.Range(0, Machines).Select(i => new PlannedMachine($"m{i:0000}", $"machine-{i:0000}", i == 0 ? "c" : "n") { Address = $"10.1.{i / 250}.{i % 250 + 1}" })];
            var plan = Timed("plan", () => DeploymentPlan.For(bundle, machines, new("prod", "rack.internal", "10.0.0.1", ["10.0.0.1"], "operator", []))).Plan!;
            Console.WriteLine($"  {machines.Length} machines, {plan.Nodes.Length} steps, {plan.Gates.Length} gates");
            Timed("render every step", () => plan.Nodes.Count(n => plan.Render(n, StepMode.Apply, Known.Nothing, 1) is Rendering.Ready));
            Timed("a whole run, every question and report", () => Drive(plan));
        }
        return 0;
    }

    private static int Drive(DeploymentPlan plan)
    {
        var state = DeploymentRun.Begin(plan, StepMode.Apply, 1, null);
        int done = 0;
        for (bool more = true; more;)
        {
            more = false;
            foreach (var machine in plan.Machines)
            {
                if (DeploymentRun.Next(plan, state, machine.Id, Known.Nothing, DateTimeOffset.UnixEpoch) is not RunNext.Step step) continue;
                state = DeploymentRun.On(plan, step.State, new(1, step.Node.Id, false, 0, 0, "", "changed x\n"), Known.Nothing, DateTimeOffset.UnixEpoch)!.Value.State;
                done++;
                more = true;
            }
        }
        Console.WriteLine($"  {DeploymentRun.Ended(plan, state)?.Text}");
        return done;
    }

    private static T Timed<T>(string what, Func<T> work)
    {
        long began = Stopwatch.GetTimestamp();
        var result = work();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms"));
        return result;
    }

    // Five steps: three of its own, one that refers to the relation, one more.
    private static string Role(string name, string requires, string provides, string relation) =>
        $"role: {name}\ntitle: {name}\n{requires}\nprovides:\n  {provides}: {{after: start, values: {{url: \"http://{{{{ machine.name }}}}:80\"}}}}\nsteps:\n"
        + string.Concat(Steps.Select(s => $"  - name: {s}\n    resources:\n      - template: {{path: /etc/{name}/{s}, content: \"{{{{ machine.address }}}}\\n\"}}\n"))
        + $"  - name: join\n    resources:\n      - template: {{path: /etc/{name}/join, content: \"{{{{ {relation}.all.url }}}}\\n\"}}\n"
        + $"  - name: last\n    needs: [{relation}]\n    resources:\n      - service: {{name: {name}}}\n";
}
