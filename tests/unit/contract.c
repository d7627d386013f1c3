/* SPDX-License-Identifier: MIT
 *
 * contract.c - the host and the guest must see the same structures.  The
 * 32-bit guest (the first instructions after IPL) is held to the same table by
 * contract_layout.c's assertions when it is compiled.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "contract_layout.h"
#include "ipc.h"

static void
host_and_guest_agree(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; contract_host[i].name != NULL; i++) {
		assert_non_null(contract_guest[i].name);
		assert_string_equal(contract_host[i].name,
		    contract_guest[i].name);
		if (contract_host[i].value != contract_guest[i].value)
			fail_msg("%s: host %llu, guest %llu",
			    contract_host[i].name,
			    (unsigned long long)contract_host[i].value,
			    (unsigned long long)contract_guest[i].value);
	}
	assert_null(contract_guest[i].name);
	assert_true(i > 100); /* the table was read */
}

/* Every payload of the message table is in contract.def. */
static size_t
contract_size(const char *name)
{
	for (size_t i = 0; contract_host[i].name != NULL; i++)
		if (strcmp(contract_host[i].name, name) == 0)
			return (size_t)contract_host[i].value;
	fail_msg("%s is not in contract.def", name);
	return 0;
}

static void
every_payload_is_listed(void **state)
{
	(void)state;
#define X(name, from, to, payload, text, fds)                           \
	assert_int_equal(contract_size(&#payload[sizeof "struct"]), \
	    sizeof(payload));
	IPC_MESSAGES(X)
#undef X
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_and_guest_agree),
		cmocka_unit_test(every_payload_is_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
