/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/define.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <string.h>

static void silent(void *ctx, const char *message, ...)
{
	(void)ctx;
	(void)message;
}

/* An element as XML; an attribute or text as its text. */
static void put_node(xmlDocPtr doc, xmlNodePtr node, const char *indent)
{
	xmlBufferPtr buffer;
	xmlChar *text;

	if (node->type == XML_ELEMENT_NODE || node->type == XML_DOCUMENT_NODE) {
		buffer = xmlBufferCreate();
		if (buffer && xmlNodeDump(buffer, doc, node, 0, 1) >= 0)
			printf("%s%s\n", indent, (const char *)xmlBufferContent(buffer));
		xmlBufferFree(buffer);
		return;
	}
	text = xmlNodeGetContent(node);
	printf("%s%s\n", indent, text ? (const char *)text : "");
	xmlFree(text);
}

static int put_nodes(xmlDocPtr doc, const xmlNodeSet *set, bool wrap)
{
	if (!set || set->nodeNr == 0)
		return -1;
	if (wrap)
		puts("<nodes>");
	for (int i = 0; i < set->nodeNr; i++)
		put_node(doc, set->nodeTab[i], wrap ? "  " : "");
	if (wrap)
		puts("</nodes>");
	return 0;
}

static int put_result(xmlDocPtr doc, xmlXPathObjectPtr result, bool wrap)
{
	xmlChar *text;

	switch (result->type) {
	case XPATH_NODESET:
		return put_nodes(doc, result->nodesetval, wrap);
	case XPATH_BOOLEAN:
		puts(result->boolval ? "true" : "false");
		return 0;
	default:
		text = xmlXPathCastToString(result);
		puts((const char *)text);
		xmlFree(text);
		return 0;
	}
}

/* Prefixes of the document's namespaces can be used in the expression. */
static void register_prefixes(xmlXPathContextPtr context, xmlNodePtr node)
{
	for (; node; node = node->next) {
		for (const xmlNs *ns = node->type == XML_ELEMENT_NODE ? node->nsDef : NULL; ns; ns = ns->next) {
			if (ns->prefix)
				xmlXPathRegisterNs(context, ns->prefix, ns->href);
		}
		if (node->type == XML_ELEMENT_NODE)
			register_prefixes(context, node->children);
	}
}

int cli_xpath(const char *xml, const char *expression, bool wrap, struct error *err)
{
	xmlDocPtr doc = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlXPathContextPtr context = doc ? xmlXPathNewContext(doc) : NULL;
	xmlXPathObjectPtr result;
	int rc = -1;

	if (!context) {
		xmlFreeDoc(doc);
		return error_set(err, ERR_XML, "the document cannot be read");
	}
	xmlSetGenericErrorFunc(NULL, silent);
	xmlSetStructuredErrorFunc(NULL, NULL);
	register_prefixes(context, xmlDocGetRootElement(doc));
	result = xmlXPathEvalExpression((const xmlChar *)expression, context);
	if (!result)
		error_set(err, ERR_INVALID_ARG, "'%s' is no XPath expression", expression);
	else if (put_result(doc, result, wrap) < 0)
		error_set(err, ERR_OPERATION_FAILED, "the expression '%s' selects nothing", expression);
	else
		rc = 0;
	xmlXPathFreeObject(result);
	xmlXPathFreeContext(context);
	xmlFreeDoc(doc);
	return rc;
}
