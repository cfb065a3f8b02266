namespace Provisioner.Domain.Catalog;

/// <summary>Something wrong in a file of the catalog.</summary>
/// <param name="File">The file, as the reader named it.</param>
/// <param name="Line">Line in it, from 1.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Cure">What to write instead.</param>
public sealed record CatalogFault(string File, long Line, string Problem, string Cure)
{
    /// <summary>One line, as compilers write it: <c>basics.yaml:12: unknown key "contnet" in a template: did you mean "content"?</c></summary>
    public override string ToString() => $"{File}:{Line}: {Problem}: {Cure}";
}
