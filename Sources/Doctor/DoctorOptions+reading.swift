import ArgumentParser
import Auth
import FoundationEssentials
import Program

extension DoctorOptions {
    /// - Throws: ``Program/StartFault`` for an option or a setting that can't be read.
    func deployment() throws(StartFault) -> Deployment {
        let settings = SettingsReader.environment()
        var deployment = Deployment(
            mcp: try Self.root(url, "--url"),
            api: try Self.root(apiURL, "--api-url"),
            token: try Self.token(tokenFile),
            tenant: try Self.tenant(tenant, settings),
            signer: try Self.signer(settings)
        )
        deployment.keys = ConfiguredKey.all(settings)
        deployment.isLoaded = load
        deployment.isCold = cold
        guard (0...3_600).contains(streamSeconds) else { throw StartFault("--stream-seconds must be 0 to 3600") }
        deployment.streamLength = .seconds(streamSeconds)
        if let soak { deployment.soak = try Self.duration(soak) }
        if let logs { deployment.logs = try Self.lines(logs) }
        return deployment
    }

    /// The checks that were asked for, in the order of their ids, but for those that others build upon.
    func checks(_ local: some LocalChecks) throws(StartFault) -> [Examination.Check] {
        if live { return [Examination.live(try local.ports(.environment()))] }
        if let backup {
            return [Examination.Check(id: "DR-16", title: "backup") { _ in await local.backup(backup).finding }]
        }
        let ofDatabase = Examination.Check(id: "DR-16", title: "database") { _ in await local.database().finding }
        guard url != nil || apiURL != nil else {
            return Configuration.ofThisProcess(local).checks + [ofDatabase, Examination.keys] + (logs == nil ? [] : [Examination.endurance])
        }
        return [
            Examination.health, Examination.transport, Examination.tools, Examination.proofs, Examination.sessions, Examination.work,
            Examination.endurance, Examination.latency, Examination.client, Examination.bareCall, Examination.rootPage,
            Examination.discovery, Examination.limits, Examination.streams, Examination.coldStart, ofDatabase, Examination.keys,
            Examination.clock, Examination.origin, Examination.machines, Examination.tokenLife,
        ]
    }

    private static func root(_ text: String?, _ option: String) throws(StartFault) -> String? {
        guard let text else { return nil }
        guard let root = WebAddress.serverRoot(text) else {
            throw StartFault("\(option) must be https://host or https://host:port (http:// in one's own network), and nothing after it")
        }
        return root
    }

    private static func token(_ path: String?) throws(StartFault) -> Secret? {
        guard let path else { return nil }
        guard let text = text(of: path), let line = text.split(whereSeparator: \.isNewline).first else {
            throw StartFault("--token-file can't be read, or is empty: \(path)")
        }
        return Secret(String(line))
    }

    private static func tenant(_ option: String?, _ settings: SettingsReader) throws(StartFault) -> String? {
        guard let option else { return try settings.value(Settings.fixedTenant) }
        guard TenantName.isValid(option) else { throw StartFault("--tenant must be \(Settings.fixedTenant.form)") }
        return option
    }

    /// What signs requests to the API: as `mcp` does where that is set up here, else as the API's own keys allow.
    private static func signer(_ settings: SettingsReader) throws(StartFault) -> TenantSigner? {
        for setting in [Settings.signingKeys, Settings.tenantKeys] {
            guard let keys = try settings.value(setting) else { continue }
            do throws(TenantKeyringFault) {
                if let signer = TenantSigner(keyring: try TenantKeyring(text: keys.reveal())) { return signer }
            } catch {
                throw StartFault("\(setting.name): \(error)")
            }
        }
        if let secret = try settings.value(Settings.signingSecret) { return TenantSigner(secret: secret) }
        // Of two the first is the new one.
        return try settings.value(Settings.tenantSecret)?.reveal().split(separator: ",").first.map {
            TenantSigner(secret: Secret(String($0)))
        }
    }

    private static func duration(_ text: String) throws(StartFault) -> Duration {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600]
        guard let unit = text.last.flatMap({ units[$0] }), let number = SettingForm.integer(String(text.dropLast()), in: 1...100_000) else {
            throw StartFault("--soak must be a number and s, m or h, such as 24h")
        }
        return .seconds(number * unit)
    }

    private static func lines(_ path: String) throws(StartFault) -> [String] {
        if path == "-" {
            var lines: [String] = []
            while let line = readLine() { lines.append(line) }
            return lines
        }
        guard let text = text(of: path) else { throw StartFault("--logs can't be read: \(path)") }
        return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    }

    private static func text(of path: String) -> String? {
        FileManager.default.contents(atPath: path).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
