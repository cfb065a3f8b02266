namespace Provisioner.ApplianceTests.Servers;

/// <summary>Tests that make namespaces run one after the other: they measure time on two cores.</summary>
[CollectionDefinition("namespaces")]
public sealed class NamespacesCollection;
