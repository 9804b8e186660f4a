/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QEMU's models as QEMU 7.2 answers query-cpu-model-expansion for them: a model of that name never changes. make-models writes the rows. */
#include "cpu/x86.h"

const struct x86_model x86_models[] = {
	{ "486", NULL, 4, 8, 0,
	  "fpu pse" },
	{ "Broadwell", "Intel", 6, 61, 2,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm rdseed adx smap xsaveopt syscall nx rdtscp lm lahf_lm abm "
	  "3dnowprefetch" },
	{ "Broadwell-IBRS", "Intel", 6, 61, 2,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm rdseed adx smap spec-ctrl xsaveopt syscall nx rdtscp lm "
	  "lahf_lm abm 3dnowprefetch" },
	{ "Broadwell-noTSX", "Intel", 6, 61, 2,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 avx2 smep bmi2 erms invpcid rdseed adx smap xsaveopt syscall nx rdtscp lm lahf_lm abm "
	  "3dnowprefetch" },
	{ "Broadwell-noTSX-IBRS", "Intel", 6, 61, 2,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 avx2 smep bmi2 erms invpcid rdseed adx smap spec-ctrl xsaveopt syscall nx rdtscp lm lahf_lm abm "
	  "3dnowprefetch" },
	{ "Cascadelake-Server", "Intel", 6, 85, 6,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm avx512f avx512dq rdseed adx smap clflushopt clwb avx512cd "
	  "avx512bw avx512vl pku avx512vnni spec-ctrl ssbd xsaveopt xsavec xgetbv1 syscall nx pdpe1gb rdtscp lm lahf_lm "
	  "abm 3dnowprefetch" },
	{ "Cascadelake-Server-noTSX", "Intel", 6, 85, 6,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 avx2 smep bmi2 erms invpcid avx512f avx512dq rdseed adx smap clflushopt clwb avx512cd avx512bw "
	  "avx512vl pku avx512vnni spec-ctrl arch-capabilities ssbd xsaveopt xsavec xgetbv1 syscall nx pdpe1gb rdtscp lm "
	  "lahf_lm abm 3dnowprefetch rdctl-no ibrs-all skip-l1dfl-vmentry mds-no" },
	{ "Conroe", "Intel", 6, 15, 3,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni ssse3 "
	  "syscall nx lm lahf_lm" },
	{ "Cooperlake", "Intel", 6, 85, 10,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm avx512f avx512dq rdseed adx smap clflushopt clwb avx512cd "
	  "avx512bw avx512vl pku avx512vnni spec-ctrl stibp arch-capabilities ssbd avx512-bf16 xsaveopt xsavec xgetbv1 "
	  "syscall nx pdpe1gb rdtscp lm lahf_lm abm 3dnowprefetch rdctl-no ibrs-all skip-l1dfl-vmentry mds-no pschange- "
	  "mc-no taa-no" },
	{ "Denverton", "Intel", 6, 95, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "monitor ssse3 cx16 sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave rdrand arat fsgsbase "
	  "smep erms mpx rdseed smap clflushopt sha-ni spec-ctrl arch-capabilities ssbd xsaveopt xsavec xgetbv1 syscall "
	  "nx pdpe1gb rdtscp lm lahf_lm 3dnowprefetch rdctl-no skip-l1dfl-vmentry" },
	{ "Dhyana", "Hygon", 24, 0, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni monitor "
	  "ssse3 fma cx16 sse4.1 sse4.2 movbe popcnt xsave avx f16c rdrand arat fsgsbase bmi1 avx2 smep bmi2 "
	  "rdseed adx smap clflushopt xsaveopt xsavec xgetbv1 syscall nx mmxext fxsr_opt pdpe1gb rdtscp lm lahf_lm svm "
	  "cr8legacy abm sse4a misalignsse 3dnowprefetch osvw topoext ibpb npt nrip-save" },
	{ "EPYC", "AMD", 23, 1, 2,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "monitor ssse3 fma cx16 sse4.1 sse4.2 movbe popcnt aes xsave avx f16c rdrand arat fsgsbase bmi1 avx2 "
	  "smep bmi2 rdseed adx smap clflushopt sha-ni xsaveopt xsavec xgetbv1 syscall nx mmxext fxsr_opt pdpe1gb rdtscp "
	  "lm lahf_lm svm cr8legacy abm sse4a misalignsse 3dnowprefetch osvw topoext npt nrip-save" },
	{ "EPYC-IBPB", "AMD", 23, 1, 2,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "monitor ssse3 fma cx16 sse4.1 sse4.2 movbe popcnt aes xsave avx f16c rdrand arat fsgsbase bmi1 avx2 "
	  "smep bmi2 rdseed adx smap clflushopt sha-ni xsaveopt xsavec xgetbv1 syscall nx mmxext fxsr_opt pdpe1gb rdtscp "
	  "lm lahf_lm svm cr8legacy abm sse4a misalignsse 3dnowprefetch osvw topoext ibpb npt nrip-save" },
	{ "EPYC-Milan", "AMD", 25, 1, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "monitor ssse3 fma cx16 pcid sse4.1 sse4.2 movbe popcnt aes xsave avx f16c rdrand arat fsgsbase bmi1 "
	  "avx2 smep bmi2 erms invpcid rdseed adx smap clflushopt clwb sha-ni umip pku rdpid fsrm xsaveopt xsavec xgetbv1 "
	  "xsaves syscall nx mmxext fxsr_opt pdpe1gb rdtscp lm lahf_lm svm cr8legacy abm sse4a misalignsse 3dnowprefetch "
	  "osvw topoext perfctr_core clzero xsaveerptr wbnoinvd ibpb ibrs amd-stibp amd-ssbd npt nrip-save svme-addr-chk" },
	{ "EPYC-Rome", "AMD", 23, 49, 0,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "monitor ssse3 fma cx16 sse4.1 sse4.2 movbe popcnt aes xsave avx f16c rdrand arat fsgsbase bmi1 avx2 "
	  "smep bmi2 rdseed adx smap clflushopt clwb sha-ni umip rdpid xsaveopt xsavec xgetbv1 xsaves syscall nx mmxext "
	  "fxsr_opt pdpe1gb rdtscp lm lahf_lm svm cr8legacy abm sse4a misalignsse 3dnowprefetch osvw topoext perfctr_core "
	  "clzero xsaveerptr wbnoinvd ibpb amd-stibp npt nrip-save" },
	{ "Haswell", "Intel", 6, 60, 4,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm xsaveopt syscall nx rdtscp lm lahf_lm abm" },
	{ "Haswell-IBRS", "Intel", 6, 60, 4,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm spec-ctrl xsaveopt syscall nx rdtscp lm lahf_lm abm" },
	{ "Haswell-noTSX", "Intel", 6, 60, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 avx2 smep bmi2 erms invpcid xsaveopt syscall nx rdtscp lm lahf_lm abm" },
	{ "Haswell-noTSX-IBRS", "Intel", 6, 60, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 avx2 smep bmi2 erms invpcid spec-ctrl xsaveopt syscall nx rdtscp lm lahf_lm abm" },
	{ "Icelake-Server", "Intel", 6, 134, 0,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm avx512f avx512dq rdseed adx smap clflushopt clwb avx512cd "
	  "avx512bw avx512vl avx512vbmi umip pku avx512vbmi2 gfni vaes vpclmulqdq avx512vnni avx512bitalg "
	  "avx512-vpopcntdq la57 spec-ctrl ssbd xsaveopt xsavec xgetbv1 syscall nx pdpe1gb rdtscp lm lahf_lm abm "
	  "3dnowprefetch wbnoinvd" },
	{ "Icelake-Server-noTSX", "Intel", 6, 134, 0,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 avx2 smep bmi2 erms invpcid avx512f avx512dq rdseed adx smap clflushopt clwb avx512cd avx512bw "
	  "avx512vl avx512vbmi umip pku avx512vbmi2 gfni vaes vpclmulqdq avx512vnni avx512bitalg avx512-vpopcntdq la57 "
	  "spec-ctrl ssbd xsaveopt xsavec xgetbv1 syscall nx pdpe1gb rdtscp lm lahf_lm abm 3dnowprefetch wbnoinvd" },
	{ "IvyBridge", "Intel", 6, 58, 9,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 cx16 sse4.1 sse4.2 x2apic popcnt tsc-deadline aes xsave avx f16c rdrand arat fsgsbase smep "
	  "erms xsaveopt syscall nx rdtscp lm lahf_lm" },
	{ "IvyBridge-IBRS", "Intel", 6, 58, 9,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 cx16 sse4.1 sse4.2 x2apic popcnt tsc-deadline aes xsave avx f16c rdrand arat fsgsbase smep "
	  "erms spec-ctrl xsaveopt syscall nx rdtscp lm lahf_lm" },
	{ "KnightsMill", "Intel", 6, 133, 0,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ss pni pclmuldq "
	  "ssse3 fma cx16 sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 avx2 smep bmi2 erms avx512f rdseed adx avx512pf avx512er avx512cd avx512-vpopcntdq avx512-4vnniw "
	  "avx512-4fmaps xsaveopt syscall nx pdpe1gb rdtscp lm lahf_lm abm 3dnowprefetch" },
	{ "Nehalem", "Intel", 6, 26, 3,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni ssse3 cx16 "
	  "sse4.1 sse4.2 popcnt syscall nx lm lahf_lm" },
	{ "Nehalem-IBRS", "Intel", 6, 26, 3,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni ssse3 cx16 "
	  "sse4.1 sse4.2 popcnt spec-ctrl syscall nx lm lahf_lm" },
	{ "Opteron_G1", "AMD", 15, 6, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni "
	  "syscall nx lm" },
	{ "Opteron_G2", "AMD", 15, 6, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni cx16 "
	  "syscall nx lm lahf_lm svm" },
	{ "Opteron_G3", "AMD", 16, 2, 3,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni monitor cx16 "
	  "popcnt syscall nx rdtscp lm lahf_lm svm abm sse4a misalignsse" },
	{ "Opteron_G4", "AMD", 21, 1, 2,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 cx16 sse4.1 sse4.2 popcnt aes xsave avx syscall nx pdpe1gb rdtscp lm lahf_lm svm abm sse4a "
	  "misalignsse 3dnowprefetch xop fma4 npt nrip-save" },
	{ "Opteron_G5", "AMD", 21, 2, 0,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 sse4.1 sse4.2 popcnt aes xsave avx f16c syscall nx pdpe1gb rdtscp lm lahf_lm svm abm "
	  "sse4a misalignsse 3dnowprefetch xop fma4 tbm npt nrip-save" },
	{ "Penryn", "Intel", 6, 23, 3,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni ssse3 cx16 "
	  "sse4.1 syscall nx lm lahf_lm" },
	{ "SandyBridge", "Intel", 6, 42, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 cx16 sse4.1 sse4.2 x2apic popcnt tsc-deadline aes xsave avx arat xsaveopt syscall nx rdtscp "
	  "lm lahf_lm" },
	{ "SandyBridge-IBRS", "Intel", 6, 42, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 cx16 sse4.1 sse4.2 x2apic popcnt tsc-deadline aes xsave avx arat spec-ctrl xsaveopt syscall "
	  "nx rdtscp lm lahf_lm" },
	{ "Skylake-Client", "Intel", 6, 94, 3,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm rdseed adx smap xsaveopt xsavec xgetbv1 syscall nx rdtscp lm "
	  "lahf_lm abm 3dnowprefetch" },
	{ "Skylake-Client-IBRS", "Intel", 6, 94, 3,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm rdseed adx smap spec-ctrl xsaveopt xsavec xgetbv1 syscall nx "
	  "rdtscp lm lahf_lm abm 3dnowprefetch" },
	{ "Skylake-Client-noTSX-IBRS", "Intel", 6, 94, 3,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 avx2 smep bmi2 erms invpcid rdseed adx smap spec-ctrl xsaveopt xsavec xgetbv1 syscall nx rdtscp "
	  "lm lahf_lm abm 3dnowprefetch" },
	{ "Skylake-Server", "Intel", 6, 85, 4,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm avx512f avx512dq rdseed adx smap clflushopt clwb avx512cd "
	  "avx512bw avx512vl pku xsaveopt xsavec xgetbv1 syscall nx pdpe1gb rdtscp lm lahf_lm abm 3dnowprefetch" },
	{ "Skylake-Server-IBRS", "Intel", 6, 85, 4,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 hle avx2 smep bmi2 erms invpcid rtm avx512f avx512dq rdseed adx smap clwb avx512cd avx512bw "
	  "avx512vl pku spec-ctrl xsaveopt xsavec xgetbv1 syscall nx pdpe1gb rdtscp lm lahf_lm abm 3dnowprefetch" },
	{ "Skylake-Server-noTSX-IBRS", "Intel", 6, 85, 4,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 fma cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave avx f16c rdrand arat "
	  "fsgsbase bmi1 avx2 smep bmi2 erms invpcid avx512f avx512dq rdseed adx smap clwb avx512cd avx512bw avx512vl pku "
	  "spec-ctrl xsaveopt xsavec xgetbv1 syscall nx pdpe1gb rdtscp lm lahf_lm abm 3dnowprefetch" },
	{ "Snowridge", "Intel", 6, 134, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "monitor ssse3 cx16 sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave rdrand arat fsgsbase "
	  "smep erms mpx rdseed smap clflushopt clwb sha-ni umip gfni cldemote movdiri movdir64b spec-ctrl arch- "
	  "capabilities core-capability ssbd xsaveopt xsavec xgetbv1 syscall nx pdpe1gb rdtscp lm lahf_lm 3dnowprefetch "
	  "split-lock-detect" },
	{ "Westmere", "Intel", 6, 44, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 cx16 sse4.1 sse4.2 popcnt aes arat syscall nx lm lahf_lm" },
	{ "Westmere-IBRS", "Intel", 6, 44, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni pclmuldq "
	  "ssse3 cx16 sse4.1 sse4.2 popcnt aes arat spec-ctrl syscall nx lm lahf_lm" },
	{ "athlon", "AMD", 6, 2, 3,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 mmx fxsr sse sse2 mmxext "
	  "3dnowext 3dnow" },
	{ "core2duo", "Intel", 6, 15, 11,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush acpi mmx fxsr sse sse2 ss pni "
	  "monitor ssse3 cx16 syscall nx lm lahf_lm" },
	{ "coreduo", "Intel", 6, 14, 8,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat clflush acpi mmx fxsr sse sse2 ss pni monitor "
	  "nx" },
	{ "kvm32", NULL, 15, 6, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni" },
	{ "kvm64", NULL, 15, 6, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni cx16 "
	  "syscall nx lm" },
	{ "n270", "Intel", 6, 28, 2,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat clflush acpi mmx fxsr sse sse2 ss pni monitor "
	  "ssse3 movbe nx lahf_lm" },
	{ "pentium", NULL, 5, 4, 3,
	  "fpu de pse tsc msr mce cx8 apic mmx" },
	{ "pentium2", NULL, 6, 5, 2,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 mmx fxsr" },
	{ "pentium3", NULL, 6, 7, 3,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 mmx fxsr sse" },
	{ "phenom", "AMD", 16, 2, 3,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni monitor cx16 "
	  "popcnt syscall nx mmxext fxsr_opt pdpe1gb rdtscp lm 3dnowext 3dnow lahf_lm svm abm sse4a npt" },
	{ "qemu32", NULL, 6, 6, 3,
	  "fpu de pse tsc msr pae mce cx8 apic sep pge cmov pat mmx fxsr sse sse2 pni" },
	{ "qemu64", NULL, 15, 107, 1,
	  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni cx16 "
	  "syscall nx lm lahf_lm svm" },
};

const size_t x86_n_models = ARRAY_LEN(x86_models);
