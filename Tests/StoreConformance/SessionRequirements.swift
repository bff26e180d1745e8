import Testing
import ToolBridge

extension StoreRequirement {
    static let sessions = [
        StoreRequirement("A store finds a session by its id, whoever asks") { store in
            let owner = freshOwner()
            let session = session(of: owner, expiresAt: .max)
            try await store.write(of: owner) { try $0.add(session) }
            #expect(try await store.read(of: owner) { try $0.session(session.id) } == session)
            #expect(try await store.read(of: freshOwner()) { try $0.session(session.id) } == session)
            #expect(try await store.read(of: owner) { try $0.session(.random()) } == nil)
        },
        StoreRequirement("A store removes a session for its owner alone") { store in
            let owner = freshOwner()
            let session = session(of: owner, expiresAt: .max)
            try await store.write(of: owner) { try $0.add(session) }
            try await store.write(of: freshOwner()) { try $0.removeSession(session.id) }
            #expect(try await store.read(of: owner) { try $0.session(session.id) } == session)
            try await store.write(of: owner) { try $0.removeSession(session.id) }
            #expect(try await store.read(of: owner) { try $0.session(session.id) } == nil)
        },
        StoreRequirement("A store sweeps the expired sessions of all owners and keeps the others") { store in
            let owners = [freshOwner(), freshOwner()]
            // Below all times that other checks use.
            let expired = [
                session(of: owners[0], expiresAt: -100), session(of: owners[1], expiresAt: -51), session(of: owners[1], expiresAt: -50),
            ]
            let alive = [session(of: owners[0], expiresAt: -49), session(of: owners[1], expiresAt: .max)]
            for session in expired + alive { try await store.write(of: session.owner) { try $0.add(session) } }
            try await store.write(of: owners[0]) { try $0.removeSessions(expiredBy: Timestamp(milliseconds: -50)) }
            for session in expired { #expect(try await store.read(of: session.owner) { try $0.session(session.id) } == nil) }
            for session in alive { #expect(try await store.read(of: session.owner) { try $0.session(session.id) } == session) }
        },
        StoreRequirement("A store refuses a second session of the same id") { store in
            let owner = freshOwner()
            let session = session(of: owner, expiresAt: .max)
            try await store.write(of: owner) { try $0.add(session) }
            await #expect(throws: StoreError.self) { try await store.write(of: owner) { try $0.add(session) } }
        },
    ]
}
