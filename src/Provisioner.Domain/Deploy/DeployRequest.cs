using System.Collections.Immutable;

namespace Provisioner.Domain.Deploy;

/// <summary>What a person or a program asks for when it deploys a machine.</summary>
/// <param name="Image">Name of an image.</param>
/// <param name="Role">Name of a role, or null for none.</param>
/// <param name="SshKeys">Public keys for the operator's account, one a line of authorized_keys.</param>
/// <param name="Operator">Name of the operator's account.</param>
/// <param name="EraseForeignData">Consent to overwrite a disk that holds data which no install of ours wrote.</param>
/// <param name="Disk">Kernel name of the disk wanted (<c>sda</c>), or null for the rule: smallest that fits.</param>
public sealed record DeployRequest(
    string Image, string? Role, ImmutableArray<string> SshKeys, string Operator, bool EraseForeignData, string? Disk);
