// swift-tools-version: 6.2

import PackageDescription

// The walls of the house. Each target names the only modules that it may see; the order is the reading order.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "toolbridge",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "toolbridge", targets: ["Command"]),
        .executable(name: "toolbridge-mcp", targets: ["GatewayCommand"]),
        .library(name: "JSON", targets: ["JSON"]),
        .library(name: "MCP", targets: ["MCP"]),
        .library(name: "MCPServer", targets: ["MCPServer"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    ],
    targets: [
        // JSON over bytes. Knows nothing else.
        .target(name: "JSON", swiftSettings: settings),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),

        // The Model Context Protocol: values in, actions out.
        .target(name: "MCP", dependencies: ["JSON"], swiftSettings: settings),
        .testTarget(name: "MCPTests", dependencies: ["MCP", "JSON"], swiftSettings: settings),

        // The domain and its ports.
        .target(name: "ToolBridge", dependencies: ["JSON"], swiftSettings: settings),
        .testTarget(name: "ToolBridgeTests", dependencies: ["ToolBridge", "JSON"], swiftSettings: settings),

        // Items in SQL, whatever the database; then the databases.
        .target(name: "SQLStore", dependencies: ["ToolBridge"], swiftSettings: settings),
        .target(
            name: "SQLiteDriver",
            dependencies: [
                "SQLStore", "ToolBridge",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: settings
        ),
        .target(name: "StoreConformance", dependencies: ["ToolBridge", "JSON"], path: "Tests/StoreConformance", swiftSettings: settings),
        .testTarget(
            name: "SQLiteDriverTests",
            dependencies: [
                "SQLiteDriver", "SQLStore", "StoreConformance", "ToolBridge", "JSON",
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: settings
        ),

        // Devices that sync with one another through a faulty network, under a seed.
        .target(
            name: "SyncSimulation",
            dependencies: ["ToolBridge", "SQLStore", "SQLiteDriver", "JSON"],
            path: "Tests/SyncSimulation",
            swiftSettings: settings
        ),
        .testTarget(
            name: "SyncSimulationTests",
            dependencies: ["SyncSimulation", "ToolBridge"],
            swiftSettings: settings
        ),

        // Who is calling.
        .target(
            name: "Auth",
            dependencies: [
                "ToolBridge", "JSON",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "AuthTests",
            dependencies: [
                "Auth", "StoreConformance", "ToolBridge", "JSON",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),

        // What models see.
        .target(name: "Tools", dependencies: ["MCP", "ToolBridge", "JSON"], swiftSettings: settings),
        .testTarget(
            name: "ToolsTests",
            dependencies: ["Tools", "MCP", "ToolBridge", "SQLStore", "SQLiteDriver", "JSON"],
            swiftSettings: settings
        ),

        // What the server can ever say.
        .target(name: "Observability", dependencies: ["JSON", .product(name: "Logging", package: "swift-log")], swiftSettings: settings),
        .testTarget(name: "ObservabilityTests", dependencies: ["Observability", "JSON"], swiftSettings: settings),

        // HTTP, and what is served over it.
        .target(
            name: "HTTPServer",
            dependencies: [
                "JSON", "Observability",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: [
                "HTTPServer", "JSON", "Observability",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .target(name: "CWebFiles"),
        .target(
            name: "RESTAPI",
            dependencies: [
                "HTTPServer", "Auth", "ToolBridge", "JSON", "CWebFiles",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "RESTAPITests",
            dependencies: [
                "RESTAPI", "HTTPServer", "Auth", "ToolBridge", "SQLStore", "SQLiteDriver", "JSON", "Observability",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "MCPServer",
            dependencies: [
                "HTTPServer", "MCP", "JSON", "Observability",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MCPServerTests",
            dependencies: [
                "MCPServer", "HTTPServer", "MCP", "JSON", "Observability",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),

        // What conformance suites and our own acceptance tests talk to. An executable of its own, beside the product and not in it: it has
        // tools that fail on purpose.
        .executableTarget(
            name: "mcp-fixtures",
            dependencies: ["MCP", "MCPServer", "JSON", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Tests/Fixtures",
            swiftSettings: settings
        ),

        // What README and the articles show: a server to start with, and all their other code. Built so that what they show compiles.
        .executableTarget(
            name: "example-server",
            dependencies: ["MCP", "MCPServer"],
            path: "Examples/NotesServer",
            swiftSettings: settings
        ),
        .target(name: "Snippets", dependencies: ["MCP", "MCPServer", "JSON"], path: "Examples/Snippets", swiftSettings: settings),

        // A fake that is a real server: an identity provider and a WorkOS API, for development and tests. Shares no code with what judges
        // tokens.
        .target(
            name: "DevIdentity",
            dependencies: [
                "HTTPServer", "ToolBridge", "JSON", "Observability",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),

        // Items through another server's API.
        .target(
            name: "APIClient",
            dependencies: [
                "Auth", "ToolBridge", "JSON",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "APIClientTests",
            dependencies: [
                "APIClient", "Auth", "HTTPServer", "JSON", "Observability", "RESTAPI", "SQLStore", "SQLiteDriver", "ToolBridge",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),

        // What all programs share: settings, identity out of settings, how a process begins and ends.
        .target(
            name: "Program",
            dependencies: [
                "APIClient", "Auth", "HTTPServer", "JSON", "MCP", "MCPServer", "Observability", "RESTAPI", "ToolBridge", "Tools",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),

        // The stateless MCP server in front of an API; knows no database.
        .target(
            name: "Gateway",
            dependencies: [
                "APIClient", "Auth", "HTTPServer", "JSON", "MCP", "MCPServer", "Observability", "Program", "RESTAPI", "ToolBridge", "Tools",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "APIClient", "Auth", "HTTPServer", "JSON", "MCP", "MCPServer", "Program", "ToolBridge", "Tools",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),

        // Says whether a deployment is healthy.
        .target(
            name: "Doctor",
            dependencies: [
                "Auth", "JSON", "Program", "ToolBridge", "Tools",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DoctorTests",
            dependencies: [
                "Doctor", "Auth", "JSON", "Program", "ToolBridge", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),

        // The small program for containers: `mcp` and `doctor` alone.
        .executableTarget(
            name: "GatewayCommand",
            dependencies: ["Doctor", "Gateway", "Program", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: settings
        ),

        // The program with everything: the only place where a driver meets a route.
        .executableTarget(
            name: "Command",
            dependencies: [
                "JSON", "MCP", "ToolBridge", "SQLStore", "SQLiteDriver", "Auth", "Tools", "Observability", "HTTPServer", "RESTAPI",
                "MCPServer", "DevIdentity", "Doctor", "Gateway", "Program",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),

        // Ratios, measured in one run; `make bench` drives them.
        .executableTarget(name: "JSONBenchmark", dependencies: ["JSON"], path: "Benchmarks/JSONBenchmark", swiftSettings: settings),
        .executableTarget(
            name: "AuthBenchmark",
            dependencies: [
                "Auth", "ToolBridge",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "JWTKit", package: "jwt-kit"),
            ],
            path: "Benchmarks/AuthBenchmark",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "StoreBenchmark",
            dependencies: [
                "ToolBridge", "SQLStore", "SQLiteDriver",
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            path: "Benchmarks/StoreBenchmark",
            swiftSettings: settings
        ),
    ]
)

// An image is built from the sources of the programs alone (Scripts/release.sh).
if Context.environment["TOOLBRIDGE_PROGRAMS_ONLY"] != nil {
    package.targets.removeAll { $0.type == .test || !($0.path ?? "Sources/").hasPrefix("Sources/") }
}
