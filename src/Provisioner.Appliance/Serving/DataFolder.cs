using Microsoft.Data.Sqlite;
using Provisioner.Appliance.Store;
using Provisioner.Appliance.Store.Leases;

namespace Provisioner.Appliance.Serving;

/// <summary>The folder that lasts: store, leases and key. One appliance at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(FileStream held, SqliteStore store, LeaseJournal leases, SecretBox secrets, ApplianceCertificate certificate) =>
        (_lock, Store, Leases, Secrets, Certificate) = (held, store, leases, secrets, certificate);

    public SqliteStore Store { get; }
    public LeaseJournal Leases { get; }
    public SecretBox Secrets { get; }
    public ApplianceCertificate Certificate { get; }

    /// <summary>Opens it, or makes it.</summary>
    /// <exception cref="StartException">it can't be used; one sentence with the cure.</exception>
    public static DataFolder Open(string folder)
    {
        FileStream? held = null;
        try
        {
            if (!Directory.Exists(folder)) Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            held = Hold(folder);
            var store = new SqliteStore(folder);
            var leases = LeaseJournal.Open(Path.Combine(folder, "leases"), new BootClock(), TimeProvider.System);
            LeaseMigration.RunAsync(store, leases).GetAwaiter().GetResult();
            return new(held, store, leases, SecretBox.Open(folder), ApplianceCertificate.Open(folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException or InvalidDataException or DllNotFoundException)
        {
            held?.Dispose();
            throw new StartException(e switch
            {
                UnauthorizedAccessException => $"the data folder {folder} can't be read and written by {Environment.UserName}: chown it, or name another with --data",
                SqliteException sqlite => $"the store in {folder} can't be opened ({sqlite.Message}): put a good copy of provisioner.db there, or name another folder with --data",
                DllNotFoundException => "the SQLite library is missing: apt-get install libsqlite3-0",
                InvalidDataException => e.Message,
                _ => $"the data folder {folder} can't be used: {e.Message}",
            }, e);
        }
    }

    private static FileStream Hold(string folder)
    {
        string path = Path.Combine(folder, "lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not FileNotFoundException and not DirectoryNotFoundException)
        {
            throw new IOException("another appliance is running on it: stop that one first", e);
        }
    }

    public void Dispose()
    {
        Leases.Dispose();
        Store.Dispose();
        _lock.Dispose();
    }
}
