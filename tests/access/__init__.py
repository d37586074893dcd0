"""Getting tokens: from stand-ins for Microsoft's and Google's token endpoints, made from their documentation."""
