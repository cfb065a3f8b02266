Console.Error.WriteLine("provisioner: being built");
return 1;
