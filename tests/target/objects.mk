# SPDX-License-Identifier: BSD-3-Clause
# The self-test runs them in this order.
module-tests := $(addprefix tests/target/, \
    test_boot.c test_runtime.c test_cpsw.c test_crc32.c test_e1000e.c test_gic.c test_gpio.c test_its.c test_memory.c test_mmu.c test_msi.c test_msi_its.c \
    test_msi_affinity.c \
    test_msi_messages.c test_msi_outputs.c test_msi_parallel.c test_msi_races.c test_msi_report.c test_msi_scale.c \
    test_msi_siege.c test_msi_storm.c test_msi_turns.c test_pci.c test_power.c test_priority.c test_r5f.c test_suspend.c test_statistics.c test_spi.c \
    test_work.c test_mailbox.c test_link.c test_nvme.c test_nvme_suspend.c test_pci_msi.c test_pci_firing.c test_serial.c test_audio.c test_faults.c test_soak.c test_ti_sci.c test_udma.c test_udma_polled.c \
    test_udma_transfers.c test_udma_packet.c test_udma_moves.c test_udma_errors.c test_udma_monitor.c \
    test_udma_message_ring.c test_wait.c all_cores.c counting.c example_2d.c example_audio.c example_coalesce.c \
    example_cyclic.c example_dma.c example_ethernet.c example_mailbox.c example_packet.c example_pci.c example_polled.c example_serial.c \
    example_slots.c example_work.c fp_pattern_a53.c heap_filling.c life.c life_report.c link_talk.c mailbox_talk.c mcasp_loopback.c msi_checks.c msi_churn.c \
    msi_fixture.c msi_fixture_its.c msi_siege.c \
    navigators.c pci_firing.c pci_hosts.c soc_a53.c thread_calls.c twin_faults.c)

# On a Cortex-R5F: what needs no second core, GIC, ITS, MMU, device tree, and no device of the main domain's.
r5-module-tests := $(addprefix tests/target/, \
    test_runtime.c test_crc32.c test_msi.c test_msi_storm.c test_priority.c test_statistics.c \
    test_work.c test_faults.c test_ti_sci.c test_udma.c test_udma_polled.c \
    test_udma_transfers.c test_udma_packet.c test_udma_moves.c test_udma_errors.c test_udma_monitor.c \
    test_udma_message_ring.c test_wait.c all_cores.c counting.c example_2d.c example_coalesce.c \
    example_cyclic.c example_dma.c example_packet.c example_polled.c \
    example_work.c fp_pattern_r5f.c heap_filling.c life_r5f.c life_report.c msi_checks.c \
    msi_fixture.c msi_fixture_no_its.c navigators.c soc_r5f.c twin_faults_r5f.c)
