namespace Provisioner.Domain.Roles;

/// <summary>What a parameter is in one place.</summary>
internal static class ParameterValue
{
    /// <summary>Its value, of its kind.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="from">Its default, or what is said instead.</param>
    /// <param name="values">What that may refer to.</param>
    /// <exception cref="RoleValueException">it can't be of its kind.</exception>
    public static Value Of(Parameter parameter, Template from, Values values)
    {
        var value = Values.Checked(parameter.Name, from.Evaluate(values));
        if (parameter.Kind is ValueKind.List) return value with { Kind = ValueKind.List };
        if (value.Lines.Length != 1) throw new RoleValueException($"{parameter.Name} is a list of {value.Lines.Length}: give one text");
        if (value.Unknown.IsEmpty && parameter.Refuses(value.Text) is { } cure)
            throw new RoleValueException(value.Secrets.IsEmpty ? $"{parameter.Name} is \"{value.Text}\": {cure}" : $"{parameter.Name} isn't as it should be: {cure}");
        return value with { Kind = parameter.Kind };
    }
}
