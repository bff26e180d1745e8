import Auth
import HTTPServer
import HTTPTypes

extension ExchangeClients {
    /// The client that a request proves to come from, by HTTP Basic or by `client_id` and `client_secret` in its form (RFC 6749, § 2.3.1);
    /// nil where clients needn't say who they are.
    ///
    /// - Throws: `invalid_client`, `invalid_request`.
    func client(of form: FormBody, _ authorization: String?) throws(OAuthRefusal) -> String? {
        guard areRequired else { return nil }
        let (id, secret) = (form["client_id"], form["client_secret"])
        if let basic = authorization.flatMap({ BasicCredentials(authorization: $0) }) {
            guard secret == nil else { throw .invalidRequest("the client authenticates in two ways") }
            guard let found = basic.readings.first(where: { contains(id: $0.id, secret: $0.secret) }) else { throw .invalidClient }
            if let id, !id.utf8.elementsEqual(found.id.utf8) { throw .invalidRequest("client_id is another client's") }
            return found.id
        }
        guard let id, let secret, contains(id: id, secret: Secret(secret)) else { throw .invalidClient }
        return id
    }
}
