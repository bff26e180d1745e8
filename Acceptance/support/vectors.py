"""What everybody's signers of tenant headers must come to, each in both versions."""

BEARER = "Bearer header.payload.signature"
ORGANIZATION = "org_01HZX3Y4Z5A6B7C8D9E0F1G2H3"
KEYS = {"k1": bytes(range(32)), "k2": bytes(range(32, 64)), "default": b"test-secret"}

V1 = [
    ("test-secret", "tenant_b2c_default", 1730635200000, "2741854cc00d302f44abbf2adabcd481b110a93c7c58da0d0e2568a69ffffc53"),
    ("test-secret", ORGANIZATION, 1730635200123, "9ced85af55bd59d91b072a517b986850bc6ad9986282e992635e467f94a69b86"),
    (
        "c2VjcmV0LXRoYXQtbG9va3MtbGlrZS1iYXNlNjQ=",
        ORGANIZATION,
        1764000000123,
        "80a9ccd94bf3ea095566317bef410ba8b087a7ce64e303acbc6290310fd12e03",
    ),
    ("pässwörd-ünïcode-0123456789abcdef", "tenant.a:b-c_d", 1764000000123, "a0f0f1c1b34d2b683b0a0be08622358c90a4909bb63db9aaf37944f7988bb1a0"),
    ("x", "t", 1764000000000, "b09552a3f50ec18a3d5cc1ff18c14e2553d20ed2b674ad326f8289d347ead927"),
    ("k" * 80, "tenant_b2c_default", 1893456000000, "ae9fd425f805b88f7cb748ab71eedd7dc2f57c977883313a3ca67ba0d480de7c"),
]

# Key id, timestamp, tenant, method, target, authorization, body, digest of the string to sign, signature.
V2 = [
    (
        *("k1", 1764000000123, ORGANIZATION, "GET", "/v1/notes?limit=50&order=desc", BEARER, None),
        "2a4d8513ecad17c983c56a0b9256ee7bd50d375c471da6b9a4a491d7152c0aae",
        "-XRlpM9lTvu0ltUZWwkfUz1RMtca2RzmbGqZYC0Fcv8",
    ),
    (
        *("k1", 1764000000123, ORGANIZATION, "POST", "/v1/notes", BEARER, b'{"title":"Hello","content":"World"}'),
        "a1d3bb3c96eb0ec2ed34c3360da85096ac4854b6b1f657ad23b8180ef94ce874",
        "a28CocbjhZfQosjt5fX2939J-Wl7N-_OS5GH5beYnug",
    ),
    (
        *("k2", 1764000000123, "tenant_b2c_default", "PATCH", "/v1/tasks/c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f", BEARER),
        '{"title":"Grüße 😀"}'.encode(),
        "d886e17b617b7af06a5b94ac3aaadcc9feb8ee37c3224879f18d54a42d82cbb1",
        "8ryrlzs0owsawDoId9v3dx0VpPE-E9c6S_wC6HPQo3A",
    ),
    (
        *("k2", 1764000000123, "tenant.a:b-c_d", "DELETE", "/v1/chat_messages/c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f", BEARER, None),
        "e4d404f773fc18bc79a02a1d6d549266f8b864e3935698a776d85e328691910f",
        "-SttF9POdGaWBnTX442azoGJu67n-bit3EG-7YAbYsI",
    ),
    (
        *("k1", 1764000000999, "tenant_b2c_default", "GET", "/v1/notes?", BEARER, None),
        "fa7f7ce0da5f37e7adf85f17efeb56b0f4df0bbf274c0ccef352b8505fa7c764",
        "tmLZgwmaz5IbCwoRmLPH-i-I-EKK5n2oaG_pF9sgRdk",
    ),
    (
        *("k1", 1764000000999, "tenant_b2c_default", "GET", "/v1/sync/notes/pull?cursor=a%2Fb%2Bc&limit=10&limit=20", None, None),
        "1f8e4503fc8194b12c20aae97a250aabea707b8153281744db16e5a85773172a",
        "bQU2ASJsAA0UbIrghr3cbXTcNKORq9OMolE-8-4OIxI",
    ),
    (
        *("default", 1764000000123, "tenant_b2c_default", "POST", "/v1/sync/notes/push", BEARER, b'{"items":[]}\n'),
        "139eac40317cd5a006a415430328e632a62ec5808ff9a5379d8d7fa703b083c3",
        "JFtzqDP9aPqPmXU2QJ2E5mNdJlyFwX8iuNSGxE587AM",
    ),
]
