import Auth

/// Two keys of exchanged tokens that exist for these tests alone.
enum RotatedKeys {
    static var old: SigningKey {
        get async throws { try await SigningKey(pem: oldPEM, id: "old") }
    }

    static var new: SigningKey {
        get async throws { try await SigningKey(pem: newPEM, id: "new") }
    }

    /// The public half, as an operator puts it into a list.
    static func jwk(_ key: SigningKey) -> String {
        String(decoding: key.verificationKey.published ?? [], as: UTF8.self)
    }

    /// A public key of another kind: the one of RFC 7517, § A.1.
    static let elliptic = #"""
        {"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","kid":"1"}
        """#

    private static let oldPEM = Secret(
        """
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCmqXxh4sBjjKMg
        XSDZ+iHeO5Kfr0gWkZN8ZfdvZYIbW79y57fM4sI7cSKsXIc0HIh/FDBdliYiYdkn
        6nErMsqV6U2cw+QEajEgDETSdIrJHEOLEYWfpSCwbuelwr6CxRoK1TUBSLpjzlD+
        kfhehqD0lwY6VDXQlogw5TXHcW0zxWN+ABoUhjzU54Vae5KhJ/CFgGZJoorYWaN9
        kMmEp34dZLPbDzl1VGiNdwVjAZdBNhImS72UOvt71g7DUpRascslWnbEyTJaUMzn
        mB36rOrHVkn0M5RgBK/w3BZKroOsaSyCvILxuWXdqhD7003MlWfDfDkGcDNZvvs5
        4pAlCQxJAgMBAAECggEAA3mAcgX+iX9yyIed2g2LS+J6vGuKGYuwGHrZEsXPVZoE
        aXUynB8/ehUcv50vkG2RMZ0OeRUFTILfunj6d7JtDie5X4L8q6mPG/ea2Qxm9v8T
        hWsNxHX2iCx3wI6egYQcdoywDeEh9FdmfDg3hmOmKBNHT6Cr0o0g38Fs7UXhx0or
        PW3EkpNn8NBtnnyqv/AKXTTZ2kg/sJUDBSHjBPTdwCZCq6sJrkDLNZIMnr1zmh6H
        Rf200ILAU8Hudud3p7zAyKn5m1yKv9cNA/vkF1WTBWmcJOSQdo/Lcf9j/DDn2ABs
        gNg+x0ISLpN+B5hZ6ahrTMCRSsMrdrO2oQ7qVkK5hQKBgQDh7qqputdm/3xsHofO
        4TGWCyia+mr6SGKqvmiSOmbacmVyNJzgFdPMtHsWQ68jOib0HP09m5rLQArItzvZ
        tolzwd1bxlul01+Nj1pbE0ZFiNOy+XIL26f30sMHQTx2r70xBw837iD/tz6FKDo/
        EQuj0dDzqaKRofh1TsJdbXE7IwKBgQC814eG5PW/vv2Y+BLCkyjSh/rp4xb4BK9p
        QyPwzv0+XT1Op3ApCpnA8IsbIS6qUXrm+rI2m/Zn2PFkPlCU8WZCw1a1MVzaVgQC
        we5uLHnAmgMkKCcEZxXVEqMV/DnF3nTNl2Qq0XkG6Taoqf6TUj2UQmKA4c6Gsv7r
        cwyTbQLXowKBgFd3qqKjLxk099pzx2gUTroj/8hgAmJ6+5fWt21FJuSTPSsFq2Yl
        jSXHCZAJDBi7PrFrN69OOpNNa99g8M7MmFI0T5pkJL8CIhAP248+2wm4exzi7YAh
        vdl3wwFgBCR+zOPaM84XZrcZHh82/7XCx5rYc+ihV8rBxgrEPwMkh525AoGBAK3d
        Nj9hQE2ZF72l8QfKG5Syc7axSS1yitm8YjPNL2YizFZFXMO8qdD05u5Ef8V6HVDa
        UghrUdNM7vrfUKvBEei4FnXei+HNvgWX7eDr+/DzG59HhJzOGFDDxvlv7vUZmqrL
        DwNJN0fAon1pfiS/XEjLUgvdWpuz43Z9x39Yp3xHAoGAJE8hAymkMJzBQVwuliK5
        K8wIRYZcd3wUp0WZsFu9i7At5UHLJbGOx8SUwZkYG/B5+j4tZQZV7yNH0xMMEeWF
        7a1vKmg5TFkwUupHzh02o5NmJAHWZ/2QjjGjEPw0COYmoyv8gTa+IsKrKlBTGj5I
        Jm+duI3aHPqfJhXbthGhqN8=
        -----END PRIVATE KEY-----
        """
    )

    private static let newPEM = Secret(
        """
        -----BEGIN PRIVATE KEY-----
        MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDh4u5ClDCrV5UQ
        C2HZit1qFIOqTTsDrW2bWpC6kpgIDv9vz7hI3vNwEt8atpVsxK8gBGDcjuvEumzf
        blLx0BkWDPOX81u7gHBm1uAdRT2xLv4khPmJNPHRCzovI6tQWKizlZX0JNQwW2Fi
        +FVqZBkqATDzS0lqeOEIJCiB92VXCmcHykiCr0WN5h6WR66qvjxXPL9PA2WF25/a
        c+adJaKZ25B5qSC7aGuDVh80+tJGr9w7E7cAutN/wHcbXVOsDrlt2NxCM2f7v1n6
        yTi4xitxFPT1ZZ30n9wl12CGPGuXc8MBhefJXPY5xtchcse9HGqnY3Au5u+rafBx
        CniZUhbrAgMBAAECggEADe83U8vGItPAzMq+9bIKIvCdXK9DTDXxydXGPCmDOmqz
        xDx+pEl99UnHZzj13SNW9Z/U2oDwjLlpXPEhKcH0wjZN/UTUbFZ/LeuPILnJlU64
        +8do3gIc8WXYEtoIR+kS4x0qW8i9KYyBj0mSz1YvHTcR7iLp+6j1oiXE3/Dt2KFx
        wifRjyFMfPMLd4nCfToH0KJBz/qiInlaN7l1pwgLkSJ10YZjigMEIM0QwhHQL27g
        O5MucHSPQttLv5CNjOpPXWJRc3loRiQdk0k084jSd5cbxOtbUabyFlN+0QkKMPUO
        IcI+dnwS8b03cg8S+prvH8FNOJOw+iyzjfQOhsWQcQKBgQD/e1zpSahzUtKOMijG
        8GwNmheMpvDB3cDSr/keJisZaLaZJ99FzZYyc9GN/jBOlAD9xjErImwjL0IZq0Bj
        X/R8MhSLVUX3s7feFuBfOAIhA3dIumeG+67bIhdOQz7tjwCSwuhEFyb8MNQnq+0R
        6QE89PVcii5SM5ctoyRp4PlGuwKBgQDiWDPvmZoBa+qp0fWYsT5e5+d2X/v2fEln
        n9XpPrcUzjENkUmKMHQWA1DsqdeuCME7fXsmvA+TINnORqDvvW0JNnfH6PUuCHNR
        awVMPNM85rxEI1LB1eWneIVvzq1KktXBAqL8ley6cJ3th14GsJk/nZzBzrrxrHFr
        r0PRRDglkQKBgDyJVa2tl22kHWI2PnVNOL1MWvIoCHpXej4yFlxvfNzrdAD8cqpO
        mZ1g1jHIHlgwN7/qO3JWGLuJkicU7g/eB8d58mZFkWutOQ816nqFgfOip5wjFy7j
        6j3gaRdRVdLihKdB6dlghwtQ4qR315fb10BDZvRDhdBSiyr0MkeoWEjLAoGAANUU
        M9BbyZ+M+FzmS05zjUPLDRtjQM/KMVBcKARsBe6QLZ2YKKLu+lm+xXAGdARiOYbH
        mifc4syfIGwQEXGf4gXKQPjxVd8AFY+QMGyU1kd+7701g7L2qjv+OaAH8RtDH/eT
        g9xFR5Y8bnAt/1ZM6ff5aJkLBPJ+ZEf7ttxKXJECgYBolNXOFNo1X6+SGeCcaZ4k
        k9WNCIR1cheY81o5amq9J5LFbRfHJXamGeCIJ7hI96PZUkJFAosAs1EHeMi2vJkF
        PSz0wqiukBQEh4zmqu68JQnXcU0qVvwIzd+uvz77C3xZBPqvC8nQxVstl/P9K24B
        JmjpJ925slUWhi9+LT8SyQ==
        -----END PRIVATE KEY-----
        """
    )
}
