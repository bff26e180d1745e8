package import Auth

/// The keys and lists among the settings, read: what is wrong with one of them stops the start before anything is opened.
package struct IdentityKeys: Sendable {
    /// Signs exchanged tokens; nil where none are made.
    package let signer: SigningKey?
    package let published: PublishedKeys
    package let clients: ExchangeClients
    /// Of version 2 of tenant signatures.
    package let keyring: TenantKeyring?
    /// Where it came from, if from a file.
    package let keyringFile: KeyringFile?

    /// - Throws: ``StartFault`` that names the setting.
    package init(_ settings: IdentitySettings, report: @escaping @Sendable (AuthEvent) -> Void) async throws(StartFault) {
        let exchange = settings.exchange
        if let key = exchange.key {
            do throws(KeyFault) {
                signer = try await SigningKey(pem: key.pem, id: key.id)
            } catch {
                throw StartFault("\(Settings.signingKey.name) \(Self.text(error))")
            }
        } else {
            signer = settings.tokens.sharedSecret.map { SigningKey(secret: $0) }
        }
        if signer == nil, exchange.publicKeys == nil {
            published = .none
        } else {
            do throws(PublishedKeys.Fault) {
                published = try await PublishedKeys(signer: signer, further: exchange.publicKeys)
            } catch {
                throw StartFault("\(Settings.publicKeys.name): \(error.text)")
            }
        }
        do throws(ExchangeClients.Fault) {
            clients = try exchange.clients.map { secret throws(ExchangeClients.Fault) in try ExchangeClients(text: secret) } ?? .none
        } catch {
            throw StartFault("\(Settings.exchangeClients.name): \(error.text)")
        }
        (keyring, keyringFile) = try Self.keyring(settings.tenants.proof, report)
    }

    private static func keyring(
        _ proof: TenantSettings.Proof?,
        _ report: @escaping @Sendable (AuthEvent) -> Void
    ) throws(StartFault) -> (TenantKeyring?, KeyringFile?) {
        guard let proof else { return (nil, nil) }
        if let path = proof.keyFile {
            do throws(KeyringFileFault) {
                let file = try KeyringFile(path: path, report: report)
                return (file.keyring, file)
            } catch {
                throw StartFault("\(Settings.tenantKeys.name)_FILE: \(SettingForm.shown("\(error)", upTo: 300))")
            }
        }
        guard let keys = proof.keys else { return (nil, nil) }
        do throws(TenantKeyringFault) {
            return (try TenantKeyring(text: keys.reveal()), nil)
        } catch {
            throw StartFault("\(Settings.tenantKeys.name): \(error)")
        }
    }

    private static func text(_ fault: KeyFault) -> String {
        switch fault {
        case .badSize: "must be an RSA key of 2048 to 8192 bits"
        case .badID: "needs a \(Settings.signingKeyID.name) of 1 to 128 characters"
        case .malformed, .unsupported, .isPrivate:
            "must be an RSA key in PEM: PRIVATE KEY (PKCS#8) or RSA PRIVATE KEY (PKCS#1), not encrypted"
        }
    }
}
