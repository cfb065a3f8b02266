# The appliance in a container. Boot files and images are built by `./run build` and given in as volumes:
#   docker build -t provisioner . && docker run --network host --cap-drop ALL \
#     --cap-add NET_BIND_SERVICE --cap-add NET_RAW --cap-add NET_ADMIN \
#     -v provisioner:/var/lib/provisioner -v "$PWD/out/boot-files:/boot-files:ro" -v "$PWD/out/images:/images:ro" provisioner serve --interface eth1
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Provisioner.Appliance -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
RUN apt-get update && apt-get install -y --no-install-recommends libsqlite3-0 && rm -rf /var/lib/apt/lists/*
COPY --from=build /app /opt/provisioner
VOLUME /var/lib/provisioner
EXPOSE 53/udp 53/tcp 67/udp 69/udp 123/udp 514/udp 4011/udp 5247/udp 5240/tcp 5241/tcp 8000/tcp
ENTRYPOINT ["/opt/provisioner/provisioner"]
CMD ["serve", "--boot-files", "/boot-files", "--images", "/images"]
